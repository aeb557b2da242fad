import type { Readable } from 'node:stream';

import type { Environment } from '../model/environment';
import type { CallPlayer } from '../playing/player';
import type { Quirks } from '../quirks';
import type { RecordingSettings, TotalOf } from '../state';
import type { Switches } from '../truths';

/** What an operation answers. `body` is sent as JSON, `stream` as it is. */
export interface Answer {
	status: number;
	body?: unknown;
	stream?: Readable;
	headers?: Record<string, string>;
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
	quirks: Quirks;
	/** Base URL of the simulator itself, with /v1. */
	url: string;
	player: CallPlayer;
	query: Record<string, unknown>;
	body: Record<string, unknown>;
}

export type OperationHandler = (context: OperationContext) => Answer | Promise<Answer>;
export type OperationHandlers = Record<string, OperationHandler>;
