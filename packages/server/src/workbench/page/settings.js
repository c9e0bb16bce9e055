// @ts-check
import { get, send } from './ask.js';
import { byId } from './elements.js';

/** The account that the app runs in. */
const domain = /** @type {HTMLInputElement} */ (byId('domain'));
const settings = await get('/bench/settings');
domain.value = settings?.domain ?? '';
const names = [...(settings?.modules ?? []), ...(settings?.products ?? [])];
byId('modules').textContent = names.length === 0 ? 'None.' : names.join(', ');
byId('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const answer = await send('/bench/settings', { domain: domain.value.trim() });
  byId('said').textContent = answer === null ? 'Not saved.' : 'Saved.';
});
