import { Faults } from './faults';
import { environmentNames, fakeKey, newAccount } from './model/account';
import type { StoredCall } from './model/objects';
import type { CallScript } from './model/scripts';
import type { Quirks } from './quirks';
import type { Delivery, LiveRequest, RequestRecord } from './records';
import { type Switches, switchesFor } from './truths';

export interface SimulatorOptions {
	/** 0 (default) takes any free port. */
	port?: number;
	host?: string;
	truth?: 'a' | 'b';
	switches?: Partial<Switches>;
	/** Whether unknown fields and parameters are refused; default true. */
	strict?: boolean;
	/** Whether an answer that does not fit the description becomes a 500; default false. */
	validateResponses?: boolean;
	/** Milliseconds that each request waits before the server acts. */
	latencyMs?: number;
	/** Seconds from the creation of a call to its end; default 6. */
	callSeconds?: number;
	/** Whether events and live requests also go to other hosts than this computer; default false. */
	deliverAnywhere?: boolean;
	/** Receives one line per request, delivery and live request, without keys. */
	log?: (line: string) => void;
}

/** What a list says as its total, by the number of records that it has. */
export type TotalOf = (count: number) => number;

/** How recordings are delivered. */
export interface RecordingSettings {
	/** Size in bytes, instead of the natural length of the call. */
	bytes?: number;
	/** Where to redirect to, instead of answering with the sound. */
	redirectTo?: string | ((callId: string) => string);
	/**
	 * Redirects to a storage at another origin (the simulator under the name "localhost"), which answers
	 * with the sound, or with this status and body.
	 */
	storage?: { status?: number; body?: string };
	/** Instead of `audio/mpeg`. */
	contentType?: string;
	/** Sent instead of the sound: a text or bytes as they are (also none), anything else as JSON. */
	body?: unknown;
	/** Nothing more comes after this many bytes, and the connection stays open. */
	stallAfter?: number;
	/** Milliseconds that a recording still is a 404 after the call says that it is there. */
	missingForMs?: number;
}

/** Decides what goes wrong with a delivery. A skipped one is recorded; `redeliver` sends it later. */
export type DeliveryFault = (delivery: Delivery) => 'skip' | 'twice' | undefined;

export interface RateLimit {
	perSecond: number;
	/** Form of the Retry-After header; default seconds. */
	retryAfter?: 'seconds' | 'date';
}

/** All that the server knows and that tests may look at or change while it runs. */
export class SimulatorState {
	/** By environment name, and `noRights` for a key that is known but may do nothing. */
	readonly keys: Record<string, string> = Object.fromEntries(
		[...environmentNames, 'noRights'].map((name) => [name, fakeKey(name)]),
	);
	readonly switches: Switches;
	readonly strict: boolean;
	readonly validateResponses: boolean;
	readonly log: (line: string) => void;
	readonly faults = new Faults();
	/** How many calls were placed, by number called. */
	readonly dialled = new Map<string, number>();
	readonly recording: RecordingSettings = {};
	readonly quirks: Quirks = {};
	onRequest: ((request: RequestRecord) => void | Promise<void>) | undefined;
	totalOf: TotalOf | undefined;
	readonly requests: RequestRecord[] = [];
	readonly deliverAnywhere: boolean;
	readonly deliveries: Delivery[] = [];
	deliveryFault: DeliveryFault | undefined;
	readonly liveRequests: LiveRequest[] = [];
	scriptOf: ((call: StoredCall) => Partial<CallScript> | undefined) | undefined;
	/** Base URL of the API, known when the server listens. */
	url = '';
	environments = newAccount();
	rateLimit: RateLimit | undefined;
	latencyMs: number;
	callSeconds: number;
	/** Requests that are open now. */
	open = 0;
	/** Times of the requests that the rate limit let through. */
	accepted: number[] = [];

	constructor(private readonly options: SimulatorOptions) {
		this.switches = switchesFor(options.truth ?? 'a', options.switches);
		this.strict = options.strict ?? true;
		this.validateResponses = options.validateResponses ?? false;
		this.deliverAnywhere = options.deliverAnywhere ?? false;
		this.log = options.log ?? (() => {});
		this.latencyMs = options.latencyMs ?? 0;
		this.callSeconds = options.callSeconds ?? 6;
	}

	/** Back to the state after the start, the switches included. */
	reset(): void {
		const { truth = 'a', switches, latencyMs = 0, callSeconds = 6 } = this.options;
		this.deliveries.length = 0;
		this.deliveryFault = undefined;
		this.liveRequests.length = 0;
		this.scriptOf = undefined;
		Object.assign(this.switches, switchesFor(truth, switches));
		this.environments = newAccount();
		this.faults.clear();
		this.dialled.clear();
		this.requests.length = 0;
		for (const settings of [this.recording, this.quirks]) {
			for (const name of Object.keys(settings)) Reflect.deleteProperty(settings, name);
		}
		this.onRequest = undefined;
		Object.assign(this, {
			rateLimit: undefined,
			totalOf: undefined,
			latencyMs,
			callSeconds,
			accepted: [],
		});
	}
}
