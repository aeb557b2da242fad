import type { Fault } from '../../simulator';
import { runNode, simulator } from '../support/harness';
import { leastParameters, operations } from '../support/operations';

beforeEach(() => {
	simulator.reset();
	// Under the other truths, a refusal comes before the answer, and the fault would change that.
	Object.assign(simulator.switches, { agentPayload: 'id', updateBody: 'partial' });
});

const NO_ANSWER = /^The answer is not what the Fluents\.ai API sends/;

const run = async (name: string, changes = {}) => {
	const [resource, operation] = name.split(' ');
	return await runNode({ resource, operation, ...leastParameters[name]?.(), ...changes });
};

const placing = ['call create', 'call createAndWait'];
/** Of a path of one's own, it is not known what the answer holds. */
const others = [...placing, 'apiRequest send'];
const names = operations.map(({ name }) => name).filter((name) => !others.includes(name));
const isList = (name: string) => /getAll|getAvailable/.test(name);
const one = names.filter((name) => !isList(name) && !/ delete$|getRecording|call wait/.test(name));

/** The JSON of lists inside of each other, which JSON.stringify itself could not make. */
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

const noObject: Array<[string, Fault]> = [
	['nothing', { alter: 'empty' }],
	['null', { alter: 'null' }],
	['a list', { alter: 'inList' }],
	['an empty list', { alter: 'emptyList' }],
	['another envelope', { alter: 'inData' }],
	['an object without fields', { alter: 'emptyObject' }],
	['an object without its id', { alter: 'nullId' }],
	['HTML', { alter: () => '<html>Welcome</html>' }],
	[
		'an object that nests too deep',
		{ alter: (body) => `${JSON.stringify(body).slice(0, -1)},"deep":${nested(6000)}}` },
	],
];

describe.each(noObject)('%s in the place of an object', (_what, fault) => {
	test.each(one)('fails %s', async (name) => {
		simulator.faults.add({ times: Infinity, ...fault });
		const { error, json } = await run(name);
		expect(error?.message).toMatch(NO_ANSWER);
		expect(json).toEqual([]);
	});

	test.each(placing)('is a lost answer for %s, which finds the call', async (name) => {
		simulator.faults.add({ operationId: 'createCall', times: Infinity, ...fault });
		const { error, json } = await run(name, { toNumber: '+12125550109' });
		expect(error).toBeUndefined();
		expect(json[0].id).toMatch(/^[0-9a-f-]{36}$/);
		expect(simulator.dialled.get('+12125550109')).toBe(1);
	});
});

describe.each<[string, Fault]>([
	['nothing', { alter: 'empty' }],
	['a list without its envelope', { alter: 'bareItems' }],
	['items under another name', { alter: 'itemsInData' }],
	['a page without has_more', { alter: 'withoutHasMore' }],
	['a page without items', { alter: 'withoutItems' }],
	['an object without fields', { alter: 'emptyObject' }],
	['items that are no objects', { alter: () => ({ items: ['a'], has_more: false }) }],
])('%s in the place of a page', (_what, fault) => {
	test.each(names.filter(isList))('fails %s', async (name) => {
		simulator.faults.add({ times: Infinity, ...fault });
		const { error, json } = await run(name);
		expect(error?.message).toBe('The answer is not what the Fluents.ai API sends');
		expect(json).toEqual([]);
	});
});

test.each(names.filter((name) => / delete$/.test(name)))(
	'%s takes an empty answer, and no page of a proxy',
	async (name) => {
		simulator.faults.add({ alter: 'empty' });
		const [resource, operation] = name.split(' ');
		const parameters = { resource, operation, ...leastParameters[name]() };
		expect((await runNode(parameters)).json).toEqual([{ deleted: true }]);
		simulator.reset();
		simulator.faults.add({ alter: () => '<html>Welcome</html>', times: Infinity });
		expect((await runNode(parameters)).error?.message).toMatch(NO_ANSWER);
	},
);

test('what came instead is told', async () => {
	const descriptionAfter = async (fault: Fault) => {
		simulator.faults.add({ operationId: 'getAgent', ...fault });
		return (await run('agent get')).error?.description;
	};
	expect(await descriptionAfter({ status: 200, body: '<html>\n Welcome' })).toMatch(
		/^It is text of type \S+.* with HTTP 200 that begins "<html> Welcome"\. Check the Base URL/,
	);
	expect(await descriptionAfter({ alter: 'empty' })).toMatch(/^It is empty/);
	expect(await descriptionAfter({ alter: 'emptyList' })).toMatch(/^It is a list of type/);
	expect(await descriptionAfter({ status: 201, body: { data: {}, ok: true } })).toMatch(
		/^It is an object of type \S+.* with HTTP 201, with the fields data, ok\./,
	);
});

test('JSON that nests too deep is named', async () => {
	simulator.faults.add({ operationId: 'getAgent', status: 200, body: nested(6000) });
	const { error } = await run('agent get');
	expect(error?.message).toMatch(NO_ANSWER);
	expect(error?.description).toMatch(/^It is JSON of type .+ that nests more than 100 deep\./);
});

test.each([302, 303])('a dial that is answered by %d is searched for', async (status) => {
	simulator.faults.add({
		operationId: 'createCall',
		when: 'after',
		status,
		headers: { location: 'https://example.com/' },
	});
	const { error, json } = await run('call create', { toNumber: '+12125550108' });
	expect(error).toBeUndefined();
	expect(json[0].to_number).toBe('+12125550108');
	expect(simulator.dialled.get('+12125550108')).toBe(1);
});

test('an ID that is too large for a number is none, since it may be that of another object', async () => {
	const text = '{"items":[{"id":9007199254740992},{"id":9007199254740993}],"has_more":false}';
	simulator.faults.add({ alter: () => JSON.parse(text) as unknown });
	expect((await run('agent getAll')).error?.message).toMatch(NO_ANSWER);
});

/** JSON that `String` cannot make a text of. */
const NO_TEXT = { toString: 1, valueOf: 1 };

test.each(names.filter((name) => / (get|getAll)$/.test(name)))(
	'%s bears objects where texts belong',
	async (name) => {
		const spoiled = (value: unknown): unknown => {
			if (Array.isArray(value)) return value.map(spoiled);
			if (typeof value !== 'object' || value === null) return value;
			return Object.fromEntries(
				Object.entries(value).map(([field, inner]) => [
					field,
					/^(id|items|has_more)$/.test(field) ? spoiled(inner) : NO_TEXT,
				]),
			);
		};
		simulator.faults.add({ alter: spoiled, times: Infinity });
		const { error } = await run(name);
		expect(error?.message ?? '').not.toMatch(/convert object|not a function|of undefined/);
	},
);
