import { type TProperties, Type } from 'typebox';

/** An object that has exactly these properties: any other is a slip, and named as a fault. What we take in is closed. */
export const closed = <Properties extends TProperties>(description: string, properties: Properties) =>
  Type.Object(properties, { additionalProperties: false, description });

/** An object that may carry more than we know of, which is passed on untouched. */
export const open = <Properties extends TProperties>(description: string, properties: Properties) =>
  Type.Object(properties, { additionalProperties: true, description });

/**
 * An object that we send. A later release may add properties, so receivers must not refuse unknown ones; serializers
 * send the named ones only, so that an inner field never slips out.
 */
export const answer = <Properties extends TProperties>(description: string, properties: Properties) =>
  Type.Object(properties, { description });
