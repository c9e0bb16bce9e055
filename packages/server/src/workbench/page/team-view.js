// @ts-check
import { send } from './ask.js';
import { byId, h, replaceContents, whenChanged } from './elements.js';
import { DEADLINES, REASONS, statusInWords } from './in-words.js';

/** The team: one click changes a status. */
export function createTeamView() {
  const rows = byId('team-rows');
  return whenChanged(({ agents, statuses }) => {
    if (agents.length === 0) {
      replaceContents(rows, [h('p.empty', null, 'There are no agents.')]);
      return;
    }
    replaceContents(
      rows,
      agents.map((/** @type {any} */ agent) => agentRow(agent, statuses)),
    );
  });
}

/** @param {any} agent @param {any[]} statuses */
function agentRow(agent, statuses) {
  const act = (/** @type {object} */ deed) => () => send(`/bench/agents/${agent.id}`, deed);
  const place = presenceOf(agent);
  return h(
    'article.agent',
    { 'aria-label': agent.name },
    h(
      'div.top',
      null,
      h(`span.presence${place.style}`, { 'aria-hidden': 'true' }),
      h('span.name', { title: agent.email }, agent.name),
      h('span.where', { title: whyOf(agent) }, place.words),
    ),
    h('div.statuses', { role: 'group', 'aria-label': `Status of ${agent.name}` }, ...choices(agent, statuses, act)),
    h('div.deeds', null, ...deeds(agent, act), moreDeeds(agent, statuses, act)),
  );
}

/** @param {any} agent */
function presenceOf(agent) {
  if (!agent.is_signed_in) return { style: '', words: 'signed out' };
  if (agent.is_lost) return { style: '.idle', words: 'connection lost' };
  if (agent.general.status === 'AVAILABLE') return { style: '.here', words: 'at the desk' };
  return { style: '.idle', words: REASONS[agent.general.reason] ?? 'away' };
}

/** @param {any} agent */
function whyOf({ general, intelliassign }) {
  const why = (/** @type {any} */ one) =>
    `${statusInWords(one.status)} since ${one.since.slice(0, 19).replace('T', ' ')} UTC${one.reason === null ? '' : ` (${one.reason})`}`;
  return `Presence: ${why(general)}\nIntelliAssign: ${why(intelliassign)}`;
}

/** @param {any} agent @param {any[]} statuses @param {(deed: object) => () => void} act */
function choices(agent, statuses, act) {
  const { status, custom_status_id } = agent.intelliassign;
  const plain = ['AVAILABLE', 'UNAVAILABLE'].map((one) => ({
    label: statusInWords(one),
    style: one === 'AVAILABLE' ? '.available' : '',
    isOn: custom_status_id === null && status === one,
    deed: { kind: 'choose', status: one },
  }));
  const own = statuses.map(({ id, name }) => ({
    label: name,
    style: '',
    isOn: custom_status_id === id,
    deed: { kind: 'choose', custom_status_id: id },
  }));
  return [...plain, ...own].map(({ label, style, isOn, deed }) =>
    h(
      `button${style}`,
      { type: 'button', 'aria-pressed': String(isOn), 'data-key': `${agent.id} ${label}`, onclick: act(deed) },
      label,
    ),
  );
}

/** @param {any} agent @param {(deed: object) => () => void} act */
function deeds(agent, act) {
  const button = (/** @type {string} */ label, /** @type {() => void} */ onclick, title = '') =>
    h('button.plain', { type: 'button', 'data-key': `${agent.id} ${label}`, onclick, title }, label);
  if (!agent.is_signed_in) return [button('Sign in', act({ kind: 'sign_in' }))];
  const { deadline } = agent;
  const isAway = agent.general.status !== 'AVAILABLE';
  return [
    button('Sign out', act({ kind: 'sign_out' })),
    isAway && !agent.is_lost && button('Come back', act({ kind: 'be_active' }), 'Moves the mouse'),
    agent.is_lost && button('Reconnect', act({ kind: 'come_back' })),
    deadline !== null &&
      h(
        'button.plain',
        {
          type: 'button',
          'data-key': `${agent.id} deadline`,
          title: `Steps the clock to the next deadline of ${agent.name}; the others move on`,
          onclick: () => send('/bench/clock', { kind: 'deadline_of', agent_id: agent.id }),
        },
        `${capital(DEADLINES[deadline.kind] ?? deadline.kind)} `,
        h('span.soft', { 'data-until': deadline.at }, ''),
      ),
  ];
}

/** @param {any} agent @param {any[]} statuses @param {(deed: object) => () => void} act */
function moreDeeds(agent, statuses, act) {
  const item = (/** @type {string} */ label, /** @type {object} */ deed) =>
    h('button', { type: 'button', onclick: act(deed) }, label);
  const isHere = agent.is_signed_in && agent.general.status === 'AVAILABLE';
  return h(
    'details.more',
    { 'data-key': `${agent.id} more` },
    h('summary', { 'aria-label': `More for ${agent.name}`, 'data-key': `${agent.id} summary` }, '⋯'),
    h(
      'div.menu',
      null,
      isHere && item('Move the mouse', { kind: 'be_active' }),
      agent.is_signed_in && !agent.is_lost && item('Lose the connection', { kind: 'lose_connection' }),
      item('Miss an assignment', { kind: 'signal', signal: 'missed_assignment' }),
      item('Start a call', { kind: 'signal', signal: 'call_started' }),
      item('End the call', { kind: 'signal', signal: 'call_ended' }),
      item('Supervisor: Available', { kind: 'choose', status: 'AVAILABLE', by_supervisor: true }),
      item('Supervisor: Unavailable', { kind: 'choose', status: 'UNAVAILABLE', by_supervisor: true }),
      ...statuses.map(({ id, name }) =>
        item(`Supervisor: ${name}`, { kind: 'choose', custom_status_id: id, by_supervisor: true }),
      ),
    ),
  );
}

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
