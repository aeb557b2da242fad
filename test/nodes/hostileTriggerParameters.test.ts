import fc from 'fast-check';
import type { INode } from 'n8n-workflow';

import { FluentsAiLiveTrigger } from '../../nodes/FluentsAiLiveTrigger/FluentsAiLiveTrigger.node';
import { FluentsAiTrigger } from '../../nodes/FluentsAiTrigger/FluentsAiTrigger.node';
import type { TriggerServer } from '../../engine/triggerServer';
import { cases, faultsOf, seed } from '../support/fuzz';
import { simulator } from '../support/harness';
import { hostileValues, type HostileValue } from '../support/hostileValues';
import { actionTrigger, lookupTrigger } from '../support/liveHarness';
import { placesIn, withValue, type Place } from '../support/places';
import { verdictOf } from '../support/verdicts';
import {
	environment,
	seededAgents,
	send,
	startServer,
	trigger,
	workflowOf,
} from '../support/triggerHarness';

/**
 * Publishes triggers with what their parameters do not expect. Each case is right when it registers what it
 * would without the value, or what the value says, or when it names the parameter and leaves nothing behind.
 */

interface Case {
	node: 'events' | 'action' | 'callerLookup';
	place: Place;
}

const live = new FluentsAiLiveTrigger().description.properties;
const isAsked = (requestType: string) => (place: Place) =>
	(place.conditions.requestType ?? requestType) === requestType &&
	place.path[0] !== 'requestType';

const all: Case[] = [
	...placesIn(new FluentsAiTrigger().description.properties).map((place) => ({
		node: 'events' as const,
		place,
	})),
	...(['action', 'callerLookup'] as const).flatMap((node) =>
		placesIn(live)
			.filter(isAsked(node))
			.map((place) => ({ node, place })),
	),
].filter(({ place }) => !place.property.noDataExpression);

const FILTERS = ['agents', 'contextName', 'contextValue', 'direction', 'outcome'];

/** What keeps calls out, or questions. The agents that carry a webhook have to be chosen in any case. */
const GUARDS = new Set(['requiredEnvironment', 'signature', ...FILTERS]);

/** Triggers have no items. */
const values = hostileValues.filter(({ code }) => !code.includes('$json'));

test('every collection is among the places', () => {
	const paths = new Set(all.map(({ place }) => place.path.join('.')));
	expect(paths).toContain('filters.contextValue');
	expect(paths).toContain('inputFields.fields.0.allowedValues');
});

/** Addresses of triggers, records of whose they are, IDs, and keys of signatures. */
const DIFFERENT = /http:[^"]+\/webhook\/[^"]+|n8n:[\w.-]+|[0-9a-f]{8}-[0-9a-f-]{27}|[\w+/-]{43}=/g;

/** Everything that triggers may change, without what differs from one to the next. */
function state(): string {
	const { actions, agents, webhooks } = environment();
	return JSON.stringify([actions, agents, webhooks].map((objects) => [...objects.values()]));
}

/** What a trigger with these parameters registers, or why it does not. */
async function publish(
	server: TriggerServer,
	node: INode,
): Promise<{ registered?: string; message?: string; complaints: string[] }> {
	simulator.reset();
	server.log.length = 0;
	const before = state();
	const workflow = workflowOf(node);
	const complaints: string[] = [];
	const message = await server.activate(workflow).then(
		() => undefined,
		(error: Error) => error.message,
	);
	const registered = message === undefined ? state().replace(DIFFERENT, '') : undefined;
	if (message === undefined) {
		const [, address = ''] = /"(http:[^"]+\/webhook\/[^"]+)"/.exec(state()) ?? [];
		const body = { type: 'event_phone_call_ended', call_id: '1', payload: {} };
		const { status } = await send(address, body, { method: 'POST' });
		await server.settled();
		if (status >= 500) complaints.push(`an event was answered with ${status}`);
		complaints.push(...server.log.flatMap(faultsOf));
	}
	await server.deactivate(workflow.id).catch(() => complaints.push('not taken away'));
	if (state() !== before) complaints.push(`left ${state()} instead of ${before}`);
	return { registered, message, complaints };
}

test(`whatever a trigger is given, it is taken for what it is or refused by name (FUZZ_SEED=${seed})`, async () => {
	const server = await startServer();
	const nodeOf = ({ node, place }: Case, value: string | undefined) => {
		const [first, , last] = seededAgents();
		const agents = [first, last];
		const made =
			node === 'events'
				? trigger({ agents })
				: node === 'action'
					? actionTrigger({ agents })
					: lookupTrigger({ agents });
		return { ...made, parameters: withValue(made.parameters, place, value) };
	};
	const hostile = fc.tuple(fc.nat({ max: all.length - 1 }), fc.nat({ max: values.length - 1 }));
	await fc.assert(
		fc.asyncProperty(hostile, async ([which, what]) => {
			const [given, value] = [all[which], values[what]];
			const { node, place } = given;
			const name = `${node}: ${place.path.join('.')} = {{ ${value.code} }}`;
			expect({ [name]: await judge(given, value) }).toEqual({ [name]: [] });
		}),
		{ seed, numRuns: cases / 5, endOnFailure: true },
	);

	async function judge(given: Case, value: HostileValue): Promise<string[]> {
		const { place } = given;
		const verdict = verdictOf(place, value, GUARDS);
		const result = await publish(server, nodeOf(given, `={{ ${value.code} }}`));
		const { message = '', registered, complaints } = result;
		complaints.push(...(value.is === 'throws' ? [] : faultsOf(message)));
		const isNamed = place.labels.some((label) => message.includes(`'${label}'`));
		switch (verdict) {
			case 'refused':
				if (registered !== undefined) complaints.push('taken, and should not be');
				else if (!isNamed)
					complaints.push(`does not name ${place.labels.join(' or ')}: ${message}`);
				break;
			case 'free':
				if (message.startsWith("'") && !isNamed)
					complaints.push(`names another parameter: ${message}`);
				break;
			default: {
				const code = typeof verdict === 'object' ? `={{ ${verdict.same} }}` : undefined;
				const same = await publish(server, nodeOf(given, code));
				if (same.message !== result.message)
					complaints.push(`${message} instead of ${same.message}`);
				if (same.registered !== registered)
					complaints.push(`${registered} instead of ${same.registered}`);
			}
		}
		return complaints;
	}
}, 3_600_000);
