import type { SessionNumber } from '../../activity/position.ts';
import type { Caller } from '../../directory/api-key.ts';
import { loseSession } from '../../engine/agent-commands.ts';
import type { Engine } from '../../engine/engine.ts';
import { StoreFailure } from '../../engine/store.ts';
import type { Instant } from '../../time/instant.ts';
import type { LiveLogger } from './live-logger.ts';

/** A session whose connection is gone, and when it went. */
export type LostSession = {
  readonly session: SessionNumber;
  readonly agentId: string;
  readonly caller: Caller;
  readonly lostAt: Instant;
};

/**
 * Writes down losses. One that the store does not take is kept and tried again, with the instant of the loss: otherwise
 * the session would count as connected for as long as the server runs.
 */
export class LostSessions {
  readonly #engine: Engine;
  readonly #logger: LiveLogger;
  readonly #againAfterMs: number;
  readonly #waiting = new Map<SessionNumber, LostSession>();
  #cancelAgain: (() => void) | null = null;
  #isStopped = false;

  constructor(engine: Engine, logger: LiveLogger, againAfterMs: number) {
    this.#engine = engine;
    this.#logger = logger;
    this.#againAfterMs = againAfterMs;
  }

  note(lost: LostSession): void {
    if (this.#isStopped) return;
    this.#waiting.set(lost.session, lost);
    void this.#tryToWrite(lost);
  }

  /**
   * Settles when nothing is left to be written about this session, so that a return is decided after the loss.
   *
   * @throws StoreFailure when the loss still could not be written
   */
  async settled(session: SessionNumber): Promise<void> {
    const lost = this.#waiting.get(session);
    if (lost !== undefined) await this.#write(lost);
  }

  /** From here on nothing is written: what is connected when a server stops is lost when the next one is ready. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelAgain?.();
  }

  async #tryToWrite(lost: LostSession): Promise<void> {
    try {
      await this.#write(lost);
    } catch (cause) {
      if (cause instanceof StoreFailure) {
        this.#tryAgainLater();
        return;
      }
      this.#waiting.delete(lost.session);
      this.#logger.error({ err: cause, session: lost.session }, 'a lost session could not be written down');
    }
  }

  /** Twice does no harm: what is lost already is not lost again. */
  async #write(lost: LostSession): Promise<void> {
    const { agentId, session, caller, lostAt } = lost;
    const engine = this.#engine;
    const ask = { caller, now: engine.clock.now() };
    await engine.write((draft) => loseSession(draft, engine.world, ask, { agentId, session, lostAt }));
    if (this.#waiting.get(session) === lost) this.#waiting.delete(session);
  }

  #tryAgainLater(): void {
    if (this.#cancelAgain !== null || this.#isStopped) return;
    this.#logger.warn(
      { sessions: this.#waiting.size },
      'lost sessions could not be written down; they are tried again',
    );
    this.#cancelAgain = this.#engine.clock.after(this.#againAfterMs, () => {
      this.#cancelAgain = null;
      for (const lost of this.#waiting.values()) void this.#tryToWrite(lost);
    });
  }
}
