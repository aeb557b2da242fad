import fc from 'fast-check';
import type { IDataObject, INode, INodeParameters, INodeProperties } from 'n8n-workflow';

import { resources } from '../../nodes/FluentsAi/resources';
import { cases, faultsOf, seed } from '../support/fuzz';
import { byId, runNode, simulator, type NodeRun } from '../support/harness';
import { hostileFields, hostileValues, type HostileValue } from '../support/hostileValues';
import { leastParameters } from '../support/operations';
import { placesIn, withValue, type Place } from '../support/places';
import { verdictOf } from '../support/verdicts';

/**
 * Gives each parameter of each operation what it does not expect, by n8n's own expressions. Each case is
 * right when it does what it does without the value (the default), does what the value says, or names the
 * parameter in an error.
 */

interface Case {
	resource: string;
	operation: string;
	kind: 'read' | 'write' | 'wait';
	/** All fields of the operation. */
	properties: INodeProperties[];
	place: Place;
}

const chooser = (name: string, displayName: string): Place => ({
	property: { displayName, name, type: 'options', default: '', options: [] },
	path: [name],
	labels: [displayName, 'Operation'],
	conditions: {},
	siblings: {},
});

const all: Case[] = resources.flatMap(({ option, operations }) =>
	operations.flatMap(({ option: { value }, kind, properties }) =>
		[
			chooser('resource', 'Resource'),
			chooser('operation', 'Operation'),
			...placesIn(properties),
		].map((place) => ({
			resource: option.value,
			operation: value,
			kind,
			properties,
			place,
		})),
	),
);

test('every collection is among the places', () => {
	const paths = new Set(all.map(({ place }) => place.path.join('.')));
	expect(paths.size).toBeGreaterThan(150);
	expect(paths).toContain('options.callingWindow.window.opensAt');
	expect(paths).toContain('furtherVariables.variables.0.value');
	expect(paths).toContain('context.mappingMode');
	expect(paths).toContain('context.value.first_name');
	expect(paths).toContain('updateFields.additionalBodyFields');
});

const NUMBERS = ['+12125550101', '+12125550102'];

/** What a field that has to be filled in is filled with, unless it is what a case is about. */
function sampleOf({ name, type }: INodeProperties): INodeParameters[string] {
	const { prompts, voices, accountConnections } = simulator.environment('default');
	switch (name) {
		case 'promptId':
			return byId([...prompts.keys()][0]);
		case 'voiceId':
			return byId([...voices.keys()][0]);
		case 'accountConnectionId':
			return byId([...accountConnections.keys()][0]);
		case 'phoneNumber':
			return '+12125550188';
		default:
			return type === 'json' ? '{}' : 'https://example.com/sample';
	}
}

/** The least parameters with which the place of a case is offered. */
function parametersOf({ resource, operation, properties, place }: Case): INodeParameters {
	const parameters: INodeParameters = {
		...leastParameters[`${resource} ${operation}`]?.(),
		...place.conditions,
		resource,
		operation,
	};
	if ('toNumber' in parameters) parameters.toNumber = '={{ $json.to }}';
	// The usual timeout: on a busy machine, a short one would make answers a matter of luck.
	if ('options' in parameters) parameters.options = {};
	const chosen = (name: string) =>
		parameters[name] ?? properties.find((property) => property.name === name)?.default;
	for (const property of properties) {
		const conditions = Object.entries(property.displayOptions?.show ?? {});
		// By an expression that chooses, n8n offers everything.
		const isOffered = conditions.every(
			([name, values]) => name === place.path[0] || values?.includes(chosen(name) as never),
		);
		if (property.required && isOffered && property.default === '') {
			parameters[property.name] ??= sampleOf(property);
		}
	}
	return parameters;
}

const GUARDS = new Set([
	'resource',
	'operation',
	'requiredEnvironment',
	'callKey',
	'skipDuplicates',
	'skipIfAsked',
	'pacing',
	'callingWindow',
	'days',
	'opensAt',
	'closesAt',
	'timezone',
	'notOn',
	'outside',
	'callsPerMinute',
	'maxConcurrentCalls',
	'calls',
	'testNumber',
]);

const policies: Array<Partial<INode>> = [
	{},
	{ onError: 'continueRegularOutput' },
	{ onError: 'continueErrorOutput' },
	{ onError: 'continueRegularOutput', retryOnFail: true, maxTries: 3, waitBetweenTries: 0 },
];

async function run(parameters: INodeParameters, settings: Partial<INode>): Promise<NodeRun> {
	simulator.reset();
	const items = NUMBERS.map((to) => ({ to, marker: 'input', ...hostileFields() }));
	return await runNode(parameters, { items, settings });
}

/** Requests without what differs from run to run: keys, new IDs, and how often a call is looked at. */
function asked({ requests }: NodeRun): string[] {
	const asking = requests.filter(({ path }) => !/^\/v1\/calls(\/list)?$/.test(path));
	const places =
		asking.length < requests.length &&
		requests.some(({ operationId }) => operationId === 'createCall');
	// What was made has another ID each time, by which Create or Update reads it again.
	const makes = requests.some(({ method, path }) => method === 'POST' && /\/create$/.test(path));
	const texts = (places ? asking : requests).map(({ method, path, query, body }) =>
		JSON.stringify([
			method,
			path,
			makes && query.id ? { ...query, id: 'new' } : query,
			body,
		]).replace(/(n8n_call_key":")[^"]*/g, '$1'),
	);
	return [...new Set(texts)].sort();
}

/** Requests that have changed something. */
const writes = ({ requests }: NodeRun) =>
	requests.filter(({ method, status = 500 }) => method !== 'GET' && status < 300);

/** What users read of a run. */
function messagesOf({ error, items, errorItems }: NodeRun): string[] {
	const ofItems = [...items, ...errorItems].flatMap(({ json }) => {
		const { error: message, details } = json as { error?: string; details?: IDataObject };
		return message === undefined ? [] : [message, String(details?.description)];
	});
	return [...(error ? [error.message, error.description ?? ''] : []), ...ofItems];
}

const usualRuns = new Map<string, Promise<NodeRun>>();

/** What is asked, and what comes out, without the value. */
async function usualRun(parameters: INodeParameters, settings: Partial<INode>): Promise<NodeRun> {
	const name = JSON.stringify([parameters, settings]);
	const known = usualRuns.get(name) ?? run(parameters, settings);
	usualRuns.set(name, known);
	return await known;
}

/** Whether the case is none: a value that is right, and makes of each answer a matter of luck. */
const isShortTimeout = ({ place }: Case, { value = 0 }: HostileValue) =>
	place.property.name === 'timeout' && Number(value) > 0 && Number(value) < 1000;

async function judge(
	given: Case,
	value: HostileValue,
	settings: Partial<INode>,
): Promise<string[]> {
	const { place, kind } = given;
	if (isShortTimeout(given, value)) return [];
	simulator.reset();
	const least = parametersOf(given);
	const verdict = verdictOf(place, value, GUARDS);
	const usual = await usualRun(
		verdict === 'usual' ? withValue(least, place, undefined) : least,
		settings,
	);
	const same =
		typeof verdict === 'object'
			? await run(withValue(least, place, `={{ ${verdict.same} }}`), settings)
			: usual;
	const result = await run(withValue(least, place, `={{ ${value.code} }}`), settings);

	const messages = messagesOf(result);
	const [first = ''] = messages;
	const isNamed = place.labels.some((label) => first.includes(`'${label}'`));
	const complaints = value.is === 'throws' ? [] : messages.flatMap(faultsOf);
	const complain = (text: string) => complaints.push(text);

	if (({} as { polluted?: unknown }).polluted !== undefined) complain('a prototype was changed');
	if (JSON.stringify(result.run.data).includes(simulator.keys.default))
		complain('the key got out');

	// Nobody is called whom the items do not name, nobody twice.
	const dialed = [...simulator.dialled];
	const own =
		/^(to|test)Number$/.test(place.property.name) ||
		place.path.includes('additionalBodyFields');
	if (dialed.some(([number, count]) => count > 1 || (!own && !NUMBERS.includes(number)))) {
		complain(`called ${JSON.stringify(dialed)}`);
	}
	if (dialed.length > NUMBERS.length) complain(`called ${dialed.length} people`);

	// Each item comes out once, and none as it went in.
	const outputs = [...result.items, ...result.errorItems];
	if (result.error === undefined) {
		const isList = /^get(All|Available)$/.test(given.operation);
		const linked = outputs.map(({ pairedItem }) => (pairedItem as { item: number }).item);
		const missing = NUMBERS.filter((_, item) => !linked.includes(item));
		if (missing.length > 0 && !isList) complain(`${missing.length} items came to nothing`);
		// To what goes to the error output, n8n adds the input.
		const passed = outputs.filter(
			({ json: { marker, skipped, error } }) => marker && !skipped && !error,
		);
		if (passed.length > 0) complain('an item passed through');
	} else if (outputs.length > 0) complain('outputs beside an error');

	const failed = result.error !== undefined || messages.length > 0;
	const show = (one: NodeRun) => JSON.stringify([messagesOf(one).slice(0, 2), asked(one)]);
	switch (verdict) {
		case 'refused':
			if (!failed) complain('taken, and should not be');
			else if (!isNamed)
				complain(`the error does not name ${place.labels.join(' or ')}: ${first}`);
			if (kind !== 'read' && result.requests.length > 0) complain(`sent ${show(result)}`);
			break;
		case 'free':
			if (failed && first.startsWith("'") && !isNamed)
				complain(`another parameter is named: ${first}`);
			if (writes(result).length > Math.max(writes(usual).length, NUMBERS.length)) {
				complain(`sent ${show(result)} instead of ${show(usual)}`);
			}
			break;
		default:
			if (show(result) === show(same)) break;
			// A field that was added may mean its own default instead.
			if (
				verdict === 'usual' &&
				show(result) ===
					show(await usualRun(withValue(least, place, place.property.default), settings))
			)
				break;
			complain(`${show(result)} instead of ${show(same)}`);
	}
	return complaints.map((complaint) => complaint.slice(0, 3000));
}

test(`whatever a parameter is given, it is taken for what it is or refused by name (FUZZ_SEED=${seed})`, async () => {
	const hostile = fc.tuple(
		fc.nat({ max: all.length - 1 }),
		fc.nat({ max: hostileValues.length - 1 }),
		fc.nat({ max: policies.length - 1 }),
	);
	await fc.assert(
		fc.asyncProperty(hostile, async ([which, what, how]) => {
			const [given, value, settings] = [all[which], hostileValues[what], policies[how]];
			const { resource, operation, place } = given;
			const name = `${resource} ${operation}: ${place.path.join('.')} = {{ ${value.code} }}, ${JSON.stringify(settings)}`;
			expect({ [name]: await judge(given, value, settings) }).toEqual({ [name]: [] });
		}),
		// A case is as small as can be.
		{ seed, numRuns: cases, endOnFailure: true },
	);
}, 3_600_000);
