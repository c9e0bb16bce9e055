import { htmlText } from './html-text.ts';
import { installationPageStyle } from './installation-page-style.ts';
import type { IparamDefinition } from './iparam-definition.ts';
import type { IparamFault } from './iparams.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { secretMask } from './secret-iparams.ts';

export type InstallationPageParts = {
  readonly appName: string;
  readonly definitions: readonly IparamDefinition[];
  /** What the fields hold, by name. A secret is never written into the page: that it has a value is all that shows. */
  readonly values: JsonObject;
  /** What is stored: a secret of it stays when its field is left empty. */
  readonly kept: JsonObject;
  /** As `checkIparams` names them; one whose pointer leads to no field stands above the form. */
  readonly faults: readonly IparamFault[];
  /** Said above the form, such as why the app refused; null for nothing. */
  readonly notice: string | null;
  /** Where the form is posted to, as `application/x-www-form-urlencoded`: see `iparamsOfForm`. Null: to the page's own address. */
  readonly action: string | null;
  readonly submitLabel: string;
  /** For the page's own style under a Content-Security-Policy; it runs no script. */
  readonly styleNonce: string;
};

/** The page on which a person gives an app its parameters: a whole HTML document that needs no script. */
export function installationPage(parts: InstallationPageParts): string {
  const { appName, faults, notice, action, submitLabel } = parts;
  const definitions = parts.definitions.filter(({ visible }) => visible);
  const names = new Set(definitions.map(({ name }) => pointerTo(name)));
  const general = [
    ...(notice === null ? [] : [notice]),
    ...faults.filter(({ pointer }) => !names.has(pointer)).map(({ pointer, detail }) => `${pointer} ${detail}`.trim()),
  ];
  const count = faults.length;
  const summary =
    count === 0 ? [] : [count === 1 ? 'One field needs another look.' : `${count} fields need another look.`];
  const said = [...general, ...summary];
  const body = `
<h1>${htmlText(appName)}</h1>
${said.length === 0 ? '' : `<div class="fault" role="alert">${said.map((one) => `<p>${htmlText(one)}</p>`).join('')}</div>`}
${definitions.length === 0 ? '<p>This app has no parameters.</p>' : ''}
<form method="post"${action === null ? '' : ` action="${htmlText(action)}"`} novalidate autocomplete="off" accept-charset="utf-8">
${definitions.map((definition, index) => fieldOf(parts, definition, index)).join('\n')}
<p><button type="submit">${htmlText(submitLabel)}</button></p>
</form>`;
  return document(`${appName}: installation`, body, parts.styleNonce);
}

/** A page of the same looks that says one thing. */
export function installationNote(
  said: { readonly title: string; readonly sentences: readonly string[] },
  styleNonce: string,
): string {
  const paragraphs = said.sentences.map((sentence) => `<p>${htmlText(sentence)}</p>`).join('');
  return document(said.title, `<h1>${htmlText(said.title)}</h1>${paragraphs}`, styleNonce);
}

function document(title: string, body: string, styleNonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${htmlText(title)}</title>
<style nonce="${htmlText(styleNonce)}">${installationPageStyle}</style>
</head>
<body>
<main>${body}
</main>
</body>
</html>
`;
}

type Field = {
  readonly definition: IparamDefinition;
  readonly id: string;
  readonly value: JsonValue | undefined;
  readonly isKept: boolean;
  readonly fault: string | null;
};

function fieldOf({ values, kept, faults }: InstallationPageParts, definition: IparamDefinition, index: number): string {
  const { name, defaultValue } = definition;
  const found = faults.filter(({ pointer }) => pointer === pointerTo(name)).map(({ detail }) => detail);
  const field: Field = {
    definition,
    id: `field-${index + 1}`,
    value: Object.hasOwn(values, name) ? values[name] : defaultValue,
    isKept: Object.hasOwn(kept, name) && textOf(kept[name]) !== '',
    fault: found.length === 0 ? null : found.join('; '),
  };
  const isGroup = definition.type === 'radio' || definition.type === 'multiselect';
  return isGroup ? groupOf(field) : singleOf(field);
}

function singleOf(field: Field): string {
  const { definition, id } = field;
  const label = `<label for="${id}">${labelOf(definition)}</label>`;
  if (definition.type === 'checkbox') {
    const attributes = `${commonAttributes(field)} type="checkbox" value="true"${field.value === true ? ' checked' : ''}`;
    return `<div class="field check"><input ${attributes}>${label}${aboutOf(field)}</div>`;
  }
  return `<div class="field">${label}${aboutOf(field)}${controlOf(field)}</div>`;
}

function groupOf(field: Field): string {
  const { definition, id } = field;
  const { name, options, type } = definition;
  const kind = type === 'radio' ? 'radio' : 'checkbox';
  const chosen: readonly JsonValue[] = Array.isArray(field.value) ? field.value : [field.value ?? ''];
  const choices = options.map((option, index) => {
    const choiceId = `${id}-${index + 1}`;
    const isChosen = chosen.some((one) => String(one) === option) ? ' checked' : '';
    const attributes = `id="${choiceId}" name="${htmlText(name)}" type="${kind}" value="${htmlText(option)}"${isChosen}`;
    return `<div class="choice"><input ${attributes}><label for="${choiceId}">${htmlText(option)}</label></div>`;
  });
  const described = describedBy(field);
  const invalid = field.fault === null ? '' : ' aria-invalid="true"';
  return `<fieldset class="field"${described}${invalid}><legend>${labelOf(definition)}</legend>${aboutOf(field)}${choices.join('')}</fieldset>`;
}

function controlOf(field: Field): string {
  const { definition } = field;
  const attributes = commonAttributes(field);
  if (definition.secure) return secretControl(field, attributes);
  const text = textOf(field.value);
  switch (definition.type) {
    case 'dropdown':
      return `<select ${attributes}>${optionsOf(definition, text)}</select>`;
    case 'paragraph':
      return `<textarea ${attributes} rows="5">\n${htmlText(text)}</textarea>`;
    default:
      return `<input ${attributes} ${inputKinds[definition.type] ?? 'type="text"'} value="${htmlText(text)}">`;
  }
}

function secretControl(field: Field, attributes: string): string {
  const { definition } = field;
  // A secret of several lines does not fit into a field of one.
  if (definition.type === 'paragraph') return `<textarea ${attributes} rows="5"${placeholderOf(field)}></textarea>`;
  return `<input ${attributes} type="password" autocomplete="new-password" value=""${placeholderOf(field)}>`;
}

/** What was typed is not written into the page again, so that after a refusal it has to be typed again. */
function placeholderOf({ value, isKept }: Field): string {
  if (isKept) return ` placeholder="${secretMask} — leave empty to keep it"`;
  const isTyped = textOf(value) !== '' && value !== secretMask;
  return isTyped ? ' placeholder="Please type it again"' : '';
}

const inputKinds: Readonly<Partial<Record<IparamDefinition['type'], string>>> = {
  email: 'type="email" inputmode="email"',
  number: 'type="text" inputmode="decimal"',
  phone_number: 'type="tel"',
  date: 'type="date"',
  url: 'type="url" inputmode="url"',
};

function optionsOf({ options, required }: IparamDefinition, chosen: string): string {
  const none = required && options.includes(chosen) ? [] : [`<option value=""></option>`];
  const some = options.map((option) => {
    const isChosen = option === chosen ? ' selected' : '';
    return `<option value="${htmlText(option)}"${isChosen}>${htmlText(option)}</option>`;
  });
  return [...none, ...some].join('');
}

function commonAttributes(field: Field): string {
  const { definition, id, fault } = field;
  const required = definition.required && definition.type !== 'checkbox' ? ' aria-required="true"' : '';
  const invalid = fault === null ? '' : ' aria-invalid="true"';
  return `id="${id}" name="${htmlText(definition.name)}"${required}${invalid}${describedBy(field)}`;
}

function describedBy({ definition, id, fault }: Field): string {
  const ids = [...(definition.description === null ? [] : [`${id}-about`]), ...(fault === null ? [] : [`${id}-fault`])];
  return ids.length === 0 ? '' : ` aria-describedby="${ids.join(' ')}"`;
}

function aboutOf({ definition, id, fault }: Field): string {
  const about =
    definition.description === null ? '' : `<p class="about" id="${id}-about">${htmlText(definition.description)}</p>`;
  const wrong = fault === null ? '' : `<p class="fault" id="${id}-fault">${htmlText(capitalized(fault))}.</p>`;
  return `${about}${wrong}`;
}

function labelOf({ displayName, required }: IparamDefinition): string {
  return `${htmlText(displayName)}${required ? ' <span class="needed">(required)</span>' : ''}`;
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1).replace(/\.$/, '');
}

function pointerTo(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
