// @ts-check

/**
 * The key under which an agent's figures of one UTC day are kept.
 *
 * @param {string} agent
 * @param {string} instant ISO 8601
 */
exports.keyOfDay = function keyOfDay(agent, instant) {
  return `${instant.slice(0, 10)} ${agent}`;
};

/**
 * @param {string} from ISO 8601
 * @param {string} to ISO 8601
 */
exports.secondsBetween = function secondsBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / 1000);
};
