// @ts-check
import { toast } from './elements.js';

/**
 * Sends something to the workbench. A refusal is shown, and null is answered.
 *
 * @param {string} path @param {object} [body] @param {string} [method]
 * @returns {Promise<any>}
 */
export async function send(path, body = {}, method = 'POST') {
  const { answer, sentence } = await attempt(path, body, method);
  if (sentence !== null) toast(sentence);
  return answer;
}

/**
 * Sends something to the workbench; what is to be said of a refusal is left to the caller.
 *
 * @param {string} path @param {object} [body] @param {string} [method]
 * @returns {Promise<{ answer: any, sentence: string | null, code: string | null }>}
 */
export async function attempt(path, body = {}, method = 'POST') {
  try {
    const response = await fetch(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return { answer, sentence: null, code: null };
    const sentence = answer.sentence ?? answer.message ?? `The server answered ${response.status}.`;
    return { answer: null, sentence, code: answer.code ?? null };
  } catch {
    const sentence = 'The server does not answer: is rollcall app run still running?';
    return { answer: null, sentence, code: null };
  }
}

/** @param {string} path @returns {Promise<any>} null when it cannot be had */
export async function get(path) {
  try {
    const response = await fetch(path);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
