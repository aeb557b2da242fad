import type { AddressInfo } from 'node:net';

import { loadApi } from './api';
import type { Faults } from './faults';
import { settle } from './model/calls';
import type { Environment } from './model/environment';
import type { StoredCall } from './model/objects';
import type { CallScript } from './model/scripts';
import { askByHand, type Question } from './playing/externalActions';
import { type Dialling, dialIn } from './playing/inboundCalls';
import type { Quirks } from './quirks';
import type { Delivery, LiveRequest, RequestRecord } from './records';
import { sendDelivery } from './sending/deliveries';
import { createServer } from './server';
import { Simulation } from './simulation';
import type {
	DeliveryFault,
	RateLimit,
	RecordingSettings,
	SimulatorOptions,
	TotalOf,
} from './state';
import type { Switches } from './truths';

export type { Alteration, Fault, Faults } from './faults';
export { shortTranscript } from './model/conversation';
export type { Environment } from './model/environment';
export { fictionalNumber } from './model/phoneNumbers';
export type { StoredCall, StoredObject } from './model/objects';
export { scripts } from './model/scripts';
export type { Quirks } from './quirks';
export type { Question } from './playing/externalActions';
export type { Delivery, LiveRequest, RequestRecord } from './records';
export { signatureOf } from './sending/liveRequests';
export type { DeliveryFault, RateLimit, RecordingSettings, SimulatorOptions } from './state';
export { type Switches, truths } from './truths';

/** A running simulator. What is not read-only may be changed at any time. */
export interface Simulator {
	/** Base URL of the API, with /v1. */
	readonly url: string;
	/** API keys by environment name, and `noRights` for one that is answered with 403. */
	readonly keys: Record<string, string>;
	readonly switches: Switches;
	/** All requests since the start or the last reset, oldest first. */
	readonly requests: RequestRecord[];
	readonly faults: Faults;
	/** All events sent to webhooks, or kept back, since the start or the last reset, oldest first. */
	readonly deliveries: Delivery[];
	deliveryFault?: DeliveryFault;
	/** All live requests since the start or the last reset, also those sent by hand, oldest first. */
	readonly liveRequests: LiveRequest[];
	/** Says how a call goes other than by the last digits of its number; for calls that start from now on. */
	scriptOf?: (call: StoredCall) => Partial<CallScript> | undefined;
	/** How many calls were placed, by number called: the judge over double dialling. */
	readonly dialled: Map<string, number>;
	readonly recording: RecordingSettings;
	/** What the server does besides all truths; see Quirks. */
	readonly quirks: Quirks;
	/** Called for each request before the server acts, to change what is there meanwhile. */
	onRequest?: (request: RequestRecord) => void | Promise<void>;
	/** Lets lists give another total than the switch `listTotal` says. */
	totalOf?: TotalOf;
	rateLimit?: RateLimit;
	latencyMs: number;
	/** Seconds that a call takes; for calls created from now on. */
	callSeconds: number;
	/** The objects of an environment, calls brought up to date. Throws for an unknown name. */
	environment(name: string): Environment;
	/** Waits until no call placed so far has an event or a question to come, and all sent ones have their outcome. */
	allDelivered(): Promise<void>;
	/** Sends a delivery once more, as a new one. Throws for an index that `deliveries` does not have. */
	redeliver(index: number): Promise<Delivery>;
	/**
	 * Lets somebody call a number of any environment: its agent looks up who is calling, then the call
	 * goes on by itself. Gives the call's id. Throws when the number has no agent that would answer.
	 */
	dialIn(dialling: Dialling): Promise<string>;
	/** Sends one live request outside of a call's conversation, also a forged one. Throws for an unknown action. */
	ask(question: Question): Promise<LiveRequest>;
	/** Back to the state after the start: seeded objects, switches, no faults, empty logs, no event to come. */
	reset(): void;
	/** Ends the server, its deliveries, its live requests and all its connections, also those that are left hanging. */
	close(): Promise<void>;
}

/**
 * Starts a simulator of the Fluents.ai API on a loopback address.
 * @param options port, truth, strictness and pace; see SimulatorOptions
 * @returns the running simulator; `close` it when done
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const state = new Simulation(options);
	const server = createServer(state, await loadApi(state.strict));
	const { host = '127.0.0.1', port = 0 } = options;
	await server.listen({ host, port });
	const address = server.server.address() as AddressInfo;

	return Object.assign(state, {
		url: `http://${host}:${address.port}/v1`,
		environment: (name: string): Environment => {
			const environment = state.environments.get(name);
			if (environment === undefined) throw new Error(`There is no environment "${name}"`);
			for (const call of environment.calls.values()) settle(call, Date.now());
			return environment;
		},
		allDelivered: async () => await state.player.finished(),
		redeliver: async (index: number): Promise<Delivery> => {
			const delivery = state.deliveries[index];
			if (delivery === undefined) throw new Error(`There is no delivery ${index}`);
			return await sendDelivery(state.player, delivery);
		},
		dialIn: async (dialling: Dialling) => await dialIn(state.player, dialling),
		ask: async (question: Question) => await askByHand(state.player, question),
		close: async () => {
			state.player.stop();
			await server.close();
		},
	});
}
