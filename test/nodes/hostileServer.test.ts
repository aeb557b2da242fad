import { inspect } from 'node:util';

import fc from 'fast-check';
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import { BlockWatch } from '../../engine/blockWatch';
import { cases, faultsOf, seed } from '../support/fuzz';
import { credentialFor, hintsOf, runNode, simulator, type NodeRun } from '../support/harness';
import { HostileServer, spellings, troubles, type Trouble } from '../support/hostileServer';
import { leastParameters, operations } from '../support/operations';

/**
 * Runs each operation against a server that acts or not, and then answers whatever it likes. Each case is
 * right when it ends, nobody is called twice, what comes out was there, and nothing secret gets out.
 */

const NUMBERS = ['+12125550101', '+12125550102'];

/** Milliseconds by the tests' clock, which skips pauses, within which everything has to end. */
const LONGEST = 3_600_000;

const MOST_REQUESTS = 1000;

const policies: Array<Partial<INode>> = [
	{},
	{ onError: 'continueRegularOutput' },
	{ retryOnFail: true, maxTries: 3, waitBetweenTries: 0 },
	{ onError: 'continueErrorOutput', retryOnFail: true, maxTries: 3, waitBetweenTries: 0 },
];

const callOptions: INodeParameters[] = [
	{},
	{ skipDuplicates: 'sameNumber' },
	{ callKey: '={{ $json.to }}' },
	{ pacing: { limits: { maxConcurrentCalls: 1, countAll: true } } },
	{ agentPayload: 'full', onTimeout: 'fail' },
];

let server: HostileServer;
const watch = new BlockWatch();

beforeAll(async () => {
	server = new HostileServer(new URL(simulator.url));
	await server.start();
	// What is loaded with the first request is not what the cases are about.
	await runOne('call createAndWait', [honest], policies[0], {});
});

afterAll(() => {
	watch.stop();
	server.close();
});

const honest: Trouble = {
	acts: true,
	kind: 'honest',
	status: 200,
	body: 'honest',
	headers: [],
	inPieces: false,
	isCompressed: false,
};

async function runOne(
	name: string,
	met: Trouble[],
	settings: Partial<INode>,
	options: INodeParameters,
): Promise<NodeRun> {
	simulator.reset();
	server.prepare(simulator.keys.default, met);
	const [resource, operation] = name.split(' ');
	const least = leastParameters[name]?.() ?? { returnAll: true };
	const parameters: INodeParameters = {
		...least,
		resource,
		operation,
		options: { timeout: 120, pollInterval: 1, maxWait: 2, ...options },
	};
	if ('toNumber' in least) parameters.toNumber = '={{ $json.to }}';
	const credential = credentialFor('default', { baseUrl: server.url });
	const items = NUMBERS.map((to) => ({ to, marker: 'input' }));
	return await runNode(parameters, { items, settings, credential });
}

/** What users read of a run. */
function messagesOf({ error, items, errorItems }: NodeRun): string[] {
	const ofItems = [...items, ...errorItems].flatMap(({ json: { error: message, details } }) =>
		message === undefined
			? []
			: [String(message), String((details as IDataObject).description)],
	);
	return [...(error ? [error.message, error.description ?? ''] : []), ...ofItems];
}

/** Of these, the API makes or changes something at most once for an item. */
const ONCE = /\/(create|buy|link)$/;

function judge(name: string, result: NodeRun): string[] {
	const key = simulator.keys.default;
	const complaints = messagesOf(result).flatMap(faultsOf);
	const complain = (text: string) => complaints.push(text);

	// Nobody is called twice, and who was called is told of.
	for (const [number, count] of simulator.dialled) {
		if (count > 1) complain(`${number} was called ${count} times`);
		if (!NUMBERS.includes(number)) complain(`${number} was called`);
	}
	for (const [request, count] of server.acted) {
		const path = request.split(/[ ?]/)[1];
		if (ONCE.test(path) && count > NUMBERS.length) complain(`${count} times: ${request}`);
	}
	const outputs = [...result.items, ...result.errorItems];
	for (const { json, pairedItem } of outputs) {
		const { item } = pairedItem as { item: number };
		const wasCalled = (simulator.dialled.get(NUMBERS[item]) ?? 0) > 0;
		const { error: message } = json;
		if (
			wasCalled &&
			message !== undefined &&
			!/call.*(placed|called)|^Call /.test(String(message))
		) {
			complain(`was called, but: ${String(message)}`);
		}
	}

	// No success without the object, no item lost.
	if (result.error === undefined) {
		const linked = outputs.map(({ pairedItem }) => (pairedItem as { item: number }).item);
		const isList = /getAll|getAvailable/.test(name);
		if (!isList && !NUMBERS.every((_, item) => linked.includes(item)))
			complain('an item is lost');
		for (const { json, binary } of outputs) {
			if (json.error !== undefined) continue;
			if (json.marker !== undefined) complain('an item passed through');
			// Of a path of one's own, nobody knows what the answer holds.
			if (name.startsWith('apiRequest')) continue;
			const isThere = name.endsWith('getRecording')
				? binary !== undefined
				: json.deleted === true || [json.id, json.number].some((id) => (id ?? '') !== '');
			if (!isThere) complain(`no object: ${JSON.stringify(json).slice(0, 500)}`);
		}
	}

	// Nothing secret gets out, however it is spelled.
	const { resultData } = result.run.data;
	const texts = `${inspect(resultData, { depth: 20, maxStringLength: null, maxArrayLength: null })} ${hintsOf(result.run).join()}`;
	for (const spell of spellings)
		if (texts.includes(spell(key))) complain(`the key got out: ${spell(key)}`);
	if (server.strays.length > 0)
		complain(`the key went to another server: ${server.strays.join()}`);
	if (({} as IDataObject).polluted !== undefined) complain('a prototype was changed');
	return complaints;
}

test(`whatever Fluents.ai answers, each operation ends well (FUZZ_SEED=${seed})`, async () => {
	const hostile = fc.record({
		name: fc.constantFrom(
			...operations.map(({ name }) => name),
			'call create',
			'call createAndWait',
		),
		met: fc.array(troubles, { minLength: 1, maxLength: 8 }),
		settings: fc.constantFrom(...policies),
		options: fc.constantFrom(...callOptions),
	});
	await fc.assert(
		fc.asyncProperty(hostile, async ({ name, met, settings, options }) => {
			watch.restart();
			const [began, clock] = [performance.now(), Date.now()];
			const result = await runOne(
				name,
				met,
				settings,
				name.startsWith('call create') ? options : {},
			);
			const { longest } = watch;
			const complaints = judge(name, result);
			const asked = server.requests.length;
			if (Date.now() - clock > LONGEST) complaints.push(`took ${Date.now() - clock} ms`);
			// Time-outs of 120 ms are real, and there may be hundreds of them.
			if (performance.now() - began > 600_000) complaints.push('took minutes');
			if (asked > MOST_REQUESTS) complaints.push(`sent ${asked} requests`);
			if (longest > 200) complaints.push(`blocked n8n for ${longest} ms`);
			expect({ name, complaints }).toEqual({ name, complaints: [] });
		}),
		{ seed, numRuns: cases, endOnFailure: true },
	);
}, 3_600_000);
