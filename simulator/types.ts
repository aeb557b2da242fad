import type { Readable } from 'node:stream';

import type { CallPlayer } from './player';
import type { Environment } from './store';
import type { Switches } from './truths';

/** One request as the server saw it. */
export interface RequestRecord {
	/** Epoch milliseconds of arrival. */
	at: number;
	method: string;
	/** Path with the /v1 prefix, without query. */
	path: string;
	/** Undefined when no operation has this path and method. */
	operationId: string | undefined;
	query: Record<string, unknown>;
	/** As sent, but `authorization` holds the name of the key's environment, never the key. */
	headers: Record<string, string | string[] | undefined>;
	body: unknown;
	/** Undefined until answered, and for ever when the connection was reset or left hanging. */
	status: number | undefined;
	/** Requests open at the moment of arrival, this one included. */
	open: number;
}

/** What an operation answers. `body` is sent as JSON, `stream` as it is. */
export interface Answer {
	status: number;
	body?: unknown;
	stream?: Readable;
	headers?: Record<string, string>;
}

/** What a list says as its total, by the number of records that it has. */
export type TotalOf = (count: number) => number;

/** How recordings are delivered. */
export interface RecordingSettings {
	/** Size in bytes, instead of the natural length of the call. */
	bytes?: number;
	/** Where to redirect to, instead of answering with the sound. */
	redirectTo?: string | ((callId: string) => string);
}

/** What a handler needs to serve one request. */
export interface OperationContext {
	/** The environment of the request's key. */
	environment: Environment;
	environments: Map<string, Environment>;
	switches: Switches;
	strict: boolean;
	/** Epoch milliseconds. */
	now: number;
	dialled: Map<string, number>;
	recording: RecordingSettings;
	totalOf: TotalOf | undefined;
	player: CallPlayer;
	query: Record<string, unknown>;
	body: Record<string, unknown>;
}

export type OperationHandler = (context: OperationContext) => Answer | Promise<Answer>;
export type OperationHandlers = Record<string, OperationHandler>;
