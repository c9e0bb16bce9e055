import { WIRE_LIMITS } from '../limits.ts';
import {
  anyObject,
  anyValue,
  choice,
  integer,
  list,
  name,
  opaqueId,
  optional,
  orNull,
  text,
  utcInstant,
  type Wire,
} from '../wire-field.ts';
import { answer, closed } from '../wire-object.ts';
import { pageOf } from './page.ts';

/** Call one callback once: `POST /apps/{id}/invoke`. */
export const AppInvoke = closed('A callback to call.', {
  event: text('The event whose callback is called: of a product, or onAppInstall, onScheduledEvent and the like.'),
  module: optional(
    text(
      'The module (3.0) or product (2.x) that is meant. Default: the one of this server, or the only one that has it.',
    ),
  ),
  payload: optional(anyObject('What it is called with. Default: an invented payload of that event.')),
});
export type AppInvoke = Wire<typeof AppInvoke>;

const AppConsoleLine = answer('A line that the app wrote.', {
  at: utcInstant('When the line was written.'),
  level: choice('The console method that wrote it.', ['debug', 'log', 'info', 'warn', 'error']),
  text: text('The line, cut at its limit.', { min: 0, max: 65_536 }),
});

const callFields = {
  duration_ms: integer('How long it took, in milliseconds.'),
  error: orNull(text('Why it did not end well. Null when it did.', { max: WIRE_LIMITS.messageCharactersMax })),
  logs: list('What the app wrote meanwhile, oldest first.', AppConsoleLine),
};

export const AppInvokeAnswer = answer('What the call led to.', {
  outcome: choice('How it ended; refused: a set-up event to which the app said no.', [
    'delivered',
    'refused',
    'failed',
    'timed_out',
    'exited',
  ]),
  ...callFields,
});
export type AppInvokeAnswer = Wire<typeof AppInvokeAnswer>;

/** Call a server method or an action: `POST /apps/{id}/functions`, `POST /apps/{id}/actions`. */
export const AppCall = closed('A function to call.', {
  name: name('Its name in manifest.json (functions) or in actions.json.'),
  args: optional(anyObject('What it is called with; the installation parameters are added. At most 100 KB.')),
});
export type AppCall = Wire<typeof AppCall>;

export const AppCallAnswer = answer('What a function answered with renderData.', {
  outcome: choice('How it ended; refused: it rendered an error.', [
    'answered',
    'refused',
    'failed',
    'timed_out',
    'exited',
  ]),
  data: anyValue('What it rendered, of any kind, as data or as its error. Null when it rendered nothing.'),
  ...callFields,
});
export type AppCallAnswer = Wire<typeof AppCallAnswer>;

/** Start a job: `POST /apps/{id}/jobs`. */
export const AppJobStart = closed('A job to start.', {
  name: name('Its name in manifest.json.'),
  tag: optional(text('A word by which runs are found again.', { max: 100 })),
  args: optional(anyObject('What it is called with; the installation parameters are added.')),
});
export type AppJobStart = Wire<typeof AppJobStart>;

export const AppJob = answer('A run of a job.', {
  id: opaqueId('The id of the run.'),
  name: name('The name of the job.'),
  tag: orNull(text('The word by which it is found again. Null when it was given none.', { max: 1000 })),
  status: choice('How far it is.', ['in-progress', 'success', 'failed', 'timeout']),
  status_message: orNull(text('What it says of itself. Null when it said nothing.', { min: 0, max: 4000 })),
  started_at: utcInstant('When it was started.'),
  ended_at: orNull(utcInstant('When it ended. Null while it runs.')),
});
export type AppJob = Wire<typeof AppJob>;

export const AppJobPage = pageOf('Runs of jobs of an app, oldest first.', AppJob);
export type AppJobPage = Wire<typeof AppJobPage>;

export const AppSchedule = answer('A schedule that an app made.', {
  name: name('Its name.'),
  data: anyValue('What onScheduledEvent gets with it, of any kind.'),
  schedule_at: utcInstant('When it was to fire first.'),
  next_at: utcInstant('When it fires next.'),
  repeat: orNull(
    answer('How it comes again.', {
      time_unit: text('minutes, hours or days.'),
      frequency: integer('After how many of them.', { min: 1 }),
      timezone: text('The zone in which days are counted.'),
    }),
  ),
});
export type AppSchedule = Wire<typeof AppSchedule>;

export const AppSchedulePage = pageOf('Schedules of an app, by name.', AppSchedule);
export type AppSchedulePage = Wire<typeof AppSchedulePage>;
