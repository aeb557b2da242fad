import 'reflect-metadata';

import { ExecuteContext } from 'n8n-core';
import { createRunExecutionData, Workflow } from 'n8n-workflow';
import { augmentObject } from 'n8n-workflow/dist/cjs/augment-object';
import type {
	IExecuteData,
	INode,
	INodeParameters,
	INodeProperties,
	INodeType,
	INodeTypes,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

import { toObject, toObjects } from '../../nodes/shared/parameters/convert';
import { ItemReader, ParameterReader } from '../../nodes/shared/parameters/reader';

/** The reader on n8n's own context, with expressions that n8n evaluates. */

type Described = Omit<INodeProperties, 'name' | 'displayName'>;

const field = (type: INodeProperties['type'], more: Partial<Described> = {}): INodeProperties => ({
	displayName: 'The Field',
	name: 'field',
	type,
	default: '',
	...more,
});

/** Expressions can ask for the addresses of n8n. */
const addresses = Object.fromEntries(
	['instanceBaseUrl', 'formWaitingBaseUrl', 'webhookWaitingBaseUrl'].map((name) => [
		name,
		'http://127.0.0.1:9',
	]),
);

/** Reads from a node with these fields; `evaluated` counts what n8n evaluates. */
function reader(
	properties: INodeProperties[],
	parameters: INodeParameters,
	json: INodeParameters = {},
): ParameterReader & { evaluated: string[] } {
	const node: INode = {
		id: 'node',
		name: 'Node',
		type: 'test',
		typeVersion: 1,
		position: [0, 0],
		parameters,
	};
	const nodeType = {
		description: {
			name: 'test',
			displayName: 'Test',
			group: [],
			version: 1,
			description: '',
			defaults: {},
			inputs: [],
			outputs: [],
			properties,
		},
	} as unknown as INodeType;
	const workflow = new Workflow({
		nodes: [node],
		connections: {},
		active: false,
		settings: { timezone: 'Europe/Berlin' },
		nodeTypes: {
			getByName: () => nodeType,
			getByNameAndVersion: () => nodeType,
		} as unknown as INodeTypes,
	});
	const items = [{ json: {} }, { json }];
	const context = new ExecuteContext(
		workflow,
		node,
		{ ...addresses, variables: {} } as unknown as IWorkflowExecuteAdditionalData,
		'manual',
		createRunExecutionData(),
		0,
		items,
		{ main: [items] },
		{ node, data: { main: [items] }, source: null } as IExecuteData,
		[],
	);
	const evaluated: string[] = [];
	const getNodeParameter = context.getNodeParameter.bind(context) as (
		...args: unknown[]
	) => unknown;
	Object.assign(context, {
		getNodeParameter: (name: string, ...rest: unknown[]) => {
			evaluated.push(name);
			return getNodeParameter(name, ...rest);
		},
	});
	return Object.assign(new ItemReader(context, 1), { evaluated });
}

const of = (property: INodeProperties, value: INodeParameters[string]) =>
	reader([property], { [property.name]: value });

const nothing = ['={{ undefined }}', '={{ null }}', '={{ "" }}', '={{ " \\n" }}', '', '  '];
const number = field('number', {
	default: 30,
	typeOptions: { minValue: 1, maxValue: 60, numberPrecision: 0 },
});
const flag = field('boolean', { default: true });
const choice = field('options', {
	default: 'place',
	options: [
		{ name: 'Dry Run', value: 'dryRun' },
		{ name: 'Place', value: 'place' },
	],
});
const list = field('multiOptions', {
	default: ['place'],
	options: choice.options,
});
const text = field('string', { default: 'usual' });
const json = field('json', { default: '{"a":1}' });

describe('what gives nothing means the default', () => {
	test.each(nothing)('%p', (value) => {
		expect(of(text, value).text(text)).toBe('usual');
		expect(of(number, value).number(number)).toBe(30);
		expect(of(flag, value).boolean(flag)).toBe(true);
		expect(of(choice, value).choice(choice)).toBe('place');
		expect(of(list, value).list(list)).toEqual(['place']);
		expect(of(json, value).json(json, toObject)).toEqual({ a: 1 });
		const time = field('dateTime');
		expect(of(time, value).time(time)).toBeUndefined();
		const phone = field('string');
		expect(of(phone, value).phoneNumber(phone)).toBeUndefined();
		expect(of(phone, value).id(phone)).toBe('');
	});

	test.each(nothing.slice(0, 4))(
		'%p, which is refused where the field guards something',
		(value) => {
			const message = "'The Field' gives nothing [item 1]";
			expect(() => of(text, value).text(text, { guards: true })).toThrow(message);
			expect(() => of(choice, value).choice(choice, { guards: true })).toThrow(message);
			expect(() => of(list, value).list(list, { guards: true })).toThrow(message);
		},
	);

	test.each(nothing)('%p, which is refused where the field is required', (value) => {
		const message = "'The Field' is empty [item 1]";
		const required = field('string', { required: true });
		expect(() => of(required, value).text(required)).toThrow(message);
		expect(() => of(required, value).prose(required)).toThrow(message);
		expect(() => of(required, value).id(required)).toThrow(message);
		expect(() => of(required, value).phoneNumber(required)).toThrow(message);
		const options = field('multiOptions', { required: true, default: [] });
		expect(() => of(options, value).list(options)).toThrow(message);
	});

	test('an expression in a collection, which is refused where the field guards something', () => {
		const inside = { ...text, name: 'note' };
		const window = field('fixedCollection', {
			default: {},
			options: [{ displayName: 'Entry', name: 'entry', values: [inside] }],
		} as Partial<Described>);
		const entry = { entry: { note: '={{ $json.none }}' } };
		const message = "'The Field: The Field' gives nothing [item 1]";
		expect(() => of(window, entry).entry(window)?.text(inside, { guards: true })).toThrow(
			message,
		);
		expect(
			of(window, { entry: { note: '' } })
				.entry(window)
				?.text(inside, { guards: true }),
		).toBe('usual');
		const options = field('collection', { default: {}, options: [inside] });
		const from = of(options, { note: '={{ $json.none }}' }).inside(options);
		expect(() => from.text(inside, { guards: true })).toThrow(
			"'The Field' gives nothing [item 1]",
		);
	});

	test('a field that guards and is not there has its default', () => {
		const options = field('collection', { default: {}, options: [text] });
		const from = of(options, {}).inside(options);
		expect(from.text(text, { guards: true })).toBe('usual');
		expect(from.has(text)).toBe(false);
		expect(reader([], {}).choice(choice, { guards: true })).toBe('place');
	});
});

test.each([
	['={{ "4" }}', 4],
	['={{ " 4 " }}', 4],
	['={{ 4 }}', 4],
	['={{ "4.0" }}', 4],
	['={{ "1e1" }}', 10],
])('a number from %s', (value, expected) => {
	expect(of(number, value).number(number)).toBe(expected);
});

test.each([
	['={{ "ten" }}', "is not a number: 'ten'"],
	['={{ NaN }}', 'is not a number: '],
	['={{ 1/0 }}', 'is not a number: '],
	['={{ "0x10" }}', "is not a number: '0x10'"],
	['={{ [4] }}', 'is not a number: [4]'],
	['={{ ({ a: 1 }) }}', 'is not a number: {"a":1}'],
	['={{ true }}', 'is not a number: true'],
	['={{ 0 }}', 'has to be a whole number of 1 or more and 60 or less, not 0'],
	['={{ 61 }}', 'has to be a whole number of 1 or more and 60 or less, not 61'],
	['={{ 1.5 }}', 'has to be a whole number of 1 or more and 60 or less, not 1.5'],
	['={{ "9".repeat(300) }}', 'has to be a whole number of 1 or more and 60 or less, not '],
])('no number from %s', (value, problem) => {
	expect(() => of(number, value).number(number)).toThrow(`'The Field' ${problem}`);
	expect(() => of(number, value).number(number)).toThrow(/\[item 1\]$/);
});

test.each([
	['={{ "false" }}', false],
	['={{ "TRUE" }}', true],
	['={{ false }}', false],
])('true or false from %s', (value, expected) => {
	expect(of(flag, value).boolean(flag)).toBe(expected);
});

test.each(['={{ "yes" }}', '={{ 1 }}', '={{ [true] }}', '={{ ({}) }}', '={{ ["true"] }}'])(
	'neither true nor false from %s',
	(value) => {
		expect(() => of(flag, value).boolean(flag)).toThrow(
			/^'The Field' is neither true nor false: .+ \[item 1\]$/,
		);
	},
);

test.each(['dryRun', '={{ "dryrun" }}', '={{ "Dry Run" }}', '={{ " dryRun " }}'])(
	'the choice from %s',
	(value) => expect(of(choice, value).choice(choice)).toBe('dryRun'),
);

test.each(['={{ "constructor" }}', '={{ "__proto__" }}', '={{ 4 }}', '={{ "all" }}'])(
	'none of the choices from %s',
	(value) => {
		expect(() => of(choice, value).choice(choice)).toThrow(
			/is none of the choices: .+\. They are 'dryRun', 'place' \[item 1\]$/,
		);
	},
);

test.each([
	'={{ ["dryRun", "place", "dryRun"] }}',
	'={{ "dryRun, place" }}',
	'={{ "[\\"dryRun\\",\\"place\\"]" }}',
])('a list from %s', (value) => {
	expect(of(list, value).list(list)).toEqual(['dryRun', 'place']);
});

test.each(['={{ ["dryRun", {}] }}', '={{ ({ a: 1 }) }}', '={{ ["other"] }}'])(
	'no list from %s',
	(value) => expect(() => of(list, value).list(list)).toThrow(/^'The Field' is n.+\[item 1\]$/),
);

test('a list may hold what is not among the options, where the field says so', () => {
	const open = { ...list, allowArbitraryValues: true };
	expect(of(open, '={{ ["other", "Dry Run"] }}').list(open)).toEqual(['other', 'dryRun']);
});

test('text keeps its white space as prose only', () => {
	expect(of(text, ' a\n').text(text)).toBe('a');
	expect(of(text, ' a\n').prose(text)).toBe(' a\n');
});

test.each([
	['={{ 42 }}', '42'],
	['={{ false }}', 'false'],
	['={{ new Date("2026-01-31T09:00:00Z") }}', '2026-01-31T09:00:00.000Z'],
])('text from %s', (value, expected) => expect(of(text, value).text(text)).toBe(expected));

test('text from a date of Luxon is its ISO text', () => {
	const value = '={{ DateTime.fromISO("2026-01-31T09:00:00", { zone: "utc" }) }}';
	expect(of(text, value).text(text)).toMatch(/^2026-01-31T/);
});

test.each(['={{ ({ a: 1 }) }}', '={{ ["a"] }}', '={{ NaN }}'])('no text from %s', (value) => {
	expect(() => of(text, value).text(text)).toThrow(/'The Field' is not a text: .+ \[item 1\]$/);
});

describe('JSON', () => {
	test.each([
		['{"a":2}', { a: 2 }],
		['={{ ({ a: 2 }) }}', { a: 2 }],
		['={ "a": {{ JSON.stringify($json.quote) }} }', { a: 'say "hi"\nnow' }],
	])('from %s', (value, expected) => {
		const from = reader([json], { field: value }, { quote: 'say "hi"\nnow' });
		expect(from.json(json, toObject)).toEqual(expected);
	});

	test('that data has broken tells how to write it, and where it breaks', () => {
		const value = '={ "a": "{{ $json.quote }}" }';
		const from = reader([json], { field: value }, { quote: 'say "hi"' });
		expect(() => from.json(json)).toThrow(
			/^'The Field' is not valid JSON \(line 1, column \d+\)\. .*JSON\.stringify \[item 1\]$/,
		);
	});

	test.each(['[1]', '"text"', '4', '={{ ["a"] }}', '={{ true }}'])('no object: %s', (value) => {
		expect(() => of(json, value).json(json, toObject)).toThrow(
			/is not a JSON object, e\.g\. .+, but a [a-z]+ \[item 1\]$/,
		);
	});

	test('no list of objects', () => {
		expect(() => of(json, '[1]').json(json, toObjects)).toThrow(
			/is not a JSON list of objects/,
		);
		expect(of(json, '[{"b":1}]').json(json, toObjects)).toEqual([{ b: 1 }]);
	});

	test('a field that would change a prototype is refused, at any depth', () => {
		for (const value of ['{"__proto__":{"a":1}}', '{"b":[{"__proto__":1}]}']) {
			expect(() => of(json, value).json(json)).toThrow(/holds a field named __proto__/);
		}
		expect({}).not.toHaveProperty('a');
	});

	test('a list that says that it has a field of any name is taken', () => {
		// What a Code node of n8n 1 has read of its input and put out.
		const item = augmentObject({ list: [{ b: 1 }] });
		const given = reader([json], { field: '={{ { list: $json.list } }}' }, item);
		expect(given.json(json)).toEqual({ list: [{ b: 1 }] });
		expect(Object.hasOwn(item.list, '__proto__')).toBe(true);
	});
});

describe('times', () => {
	const time = field('dateTime');
	test.each([
		['2026-01-31T09:00:00', '2026-01-31T08:00:00.000Z'],
		['2026-01-31T09:00:00Z', '2026-01-31T09:00:00.000Z'],
		['={{ new Date("2026-01-31T09:00:00Z") }}', '2026-01-31T09:00:00.000Z'],
		['={{ 1769850000 }}', '2026-01-31T09:00:00.000Z'],
	])('from %s', (value, expected) => {
		expect(new Date(of(time, value).time(time) ?? NaN).toISOString()).toBe(expected);
	});

	test.each(['tomorrow', '={{ ({}) }}', '={{ new Date("x") }}', '2026-02-30', '={{ -5 }}'])(
		'none from %s',
		(value) => expect(() => of(time, value).time(time)).toThrow(/^'The Field' is not a /),
	);
});

describe('locators', () => {
	const locator = field('resourceLocator', {
		default: { mode: 'list', value: '' },
		required: true,
		modes: [{ displayName: 'ID', name: 'id', type: 'string' }],
	});
	const id = '550e8400-e29b-41d4-a716-446655440000';
	const given = (value: INodeParameters[string]) => ({ __rl: true, mode: 'id', value });

	test.each([
		[given(id)],
		[given(`={{ " ${id} " }}`)],
		[given(`https://app.fluents.ai/agents/${id}/edit`)],
		[`={{ "${id}" }}`],
	])('ID from %j', (value) => expect(of(locator, value as never).id(locator)).toBe(id));

	test.each([
		[given('={{ ({ a: 1 }) }}'), 'is not a text: {"a":1}'],
		[given('={{ undefined }}'), 'is empty'],
		['={{ ({}) }}', 'is not a text: {}'],
		[given('https://app.fluents.ai/agents'), "holds no ID: 'https://app.fluents.ai/agents'"],
	])('no ID from %j', (value, problem) => {
		expect(() => of(locator, value as never).id(locator)).toThrow(`'The Field' ${problem}`);
	});

	test('tell their mode', () => {
		expect(of(locator, given(id) as never).mode(locator)).toBe('id');
		expect(of(locator, `={{ "${id}" }}`).mode(locator)).toBeUndefined();
	});

	test('of a phone number', () => {
		const phone = of(locator, given('+1 415 555 0123') as never);
		expect(phone.phoneNumber(locator)).toBe('+14155550123');
		expect(() => of(locator, given('={{ [1] }}') as never).phoneNumber(locator)).toThrow(
			"'The Field' is not a text: [1]",
		);
	});
});

describe('collections', () => {
	const inner = { ...number, name: 'seconds', displayName: 'Seconds' };
	const entryOf = (multipleValues: boolean) =>
		field('fixedCollection', {
			displayName: 'Window',
			name: 'window',
			default: {},
			typeOptions: { multipleValues },
			options: [{ displayName: 'Entry', name: 'entry', values: [inner] }],
		} as Partial<Described>);
	const [single, multiple] = [entryOf(false), entryOf(true)];
	const options = field('collection', {
		default: {},
		options: [inner, { ...text, name: 'note', displayName: 'Note' }, single],
	});
	const readerOf = (value: unknown, written = value) =>
		new ParameterReader({
			node: () => ({ name: 'Node' }) as INode,
			timezone: () => 'UTC',
			itemIndex: 1,
			prefix: '',
			evaluate: () => value,
			written: () => written,
		});
	const read = (value: INodeParameters[string]) => of(options, value).inside(options);

	test('are evaluated once, whatever is read of them', () => {
		const from = of(options, { seconds: '={{ 1 + 3 }}', note: 'x' });
		expect(from.inside(options).number(inner)).toBe(4);
		expect(from.inside(options).text({ ...text, name: 'note' })).toBe('x');
		expect(from.evaluated).toEqual(['field']);
	});

	test('are named where one expression in them throws', () => {
		const from = of(options, { seconds: '={{ $("Nowhere").item.json.x }}' });
		expect(() => from.inside(options)).toThrow(
			/^'The Field' could not be evaluated: .+ \[item 1\]$/,
		);
	});

	// n8n itself drops an expression that stands for a whole collection when it loads the workflow.
	test.each(['text', [], 4])('that are none: %j', (value) => {
		const from = readerOf(value);
		for (const read of ['inside', 'entry', 'entries'] as const) {
			expect(() => from[read](single)).toThrow(
				/^'Window' holds no fields, but .+ \[item 1\]$/,
			);
		}
	});

	test('of one entry', () => {
		expect(read({}).entry(single)).toBeUndefined();
		const entry = read({ window: { entry: { seconds: '={{ "5" }}' } } }).entry(single);
		expect(entry?.number(inner)).toBe(5);
		const wrong = read({ window: { entry: { seconds: 0 } } }).entry(single);
		expect(() => wrong?.number(inner)).toThrow(/^'Window: Seconds' has to be /);
	});

	test.each([undefined, null, '', ' '])('that are empty: %j', (value) => {
		expect(readerOf(value).inside(options).number(inner)).toBe(30);
		expect(readerOf(value).entry(single)).toBeUndefined();
		expect(readerOf({ entry: value ?? null }).entry(single)).toBeUndefined();
		expect(readerOf(value).entries(multiple)).toEqual([]);
	});

	describe('given whole by one expression', () => {
		const guards = { guards: true };
		const whole = (value: unknown) => readerOf(value, '={{ $json.options }}');
		const NOTHING = /^'(Window|The Field)' gives nothing \[item 1\]$/;

		test.each([null, '', ' '])('that gives %j: refused if they guard', (value) => {
			expect(() => whole(value).inside(options, guards)).toThrow(NOTHING);
			expect(() => whole(value).entry(single, guards)).toThrow(NOTHING);
			expect(() => whole({ entry: value }).entry(single, guards)).toThrow(NOTHING);
			expect(whole(value).inside(options).number(inner)).toBe(30);
		});

		test.each([null, '', ' '])('with %j in a field: refused if it guards', (value) => {
			const refused = /^'(Window: )?Seconds' gives nothing \[item 1\]$/;
			const fields = whole({ seconds: value }).inside(options);
			expect(() => fields.number(inner, guards)).toThrow(refused);
			expect(fields.number(inner)).toBe(30);
			const entry = whole({ entry: { seconds: value } }).entry(single);
			expect(() => entry?.number(inner, guards)).toThrow(refused);
			expect(entry?.number(inner)).toBe(30);
			const [first] = whole({ entry: [{ seconds: value }] }).entries(multiple);
			expect(() => first.number(inner, guards)).toThrow(refused);
		});

		test('without a field that guards: its default', () => {
			expect(whole({ note: 'x' }).inside(options).number(inner, guards)).toBe(30);
			expect(() => whole({}).entry(single, guards)).toThrow("'Window' is empty");
			expect(whole({}).entry(single)).toBeUndefined();
		});
	});

	test.each(['text', [], 4])('with an entry that is none: %j', (value) => {
		expect(() => readerOf({ entry: value }).entry(single)).toThrow(
			/^'Window' holds no fields, but .+ \[item 1\]$/,
		);
		expect(() => readerOf({ entry: [value] }).entries(multiple)).toThrow(
			/^'Window' holds no fields, but .+ \[item 1\]$/,
		);
	});

	test('with an entry that is null', () => {
		expect(() => readerOf({ entry: [null] }).entries(multiple)).toThrow(
			"'Window' holds no fields, but null [item 1]",
		);
	});

	test('of many entries', () => {
		const values = { entry: [{ seconds: 1 }, { seconds: '={{ undefined }}' }] };
		const from = reader([multiple], { window: values });
		expect(from.entries(multiple).map((entry) => entry.number(inner))).toEqual([1, 30]);
	});

	test('do not take what an object inherits for a field', () => {
		const from = read({ seconds: 1 });
		expect(from.has({ ...text, name: 'constructor' })).toBe(false);
		expect(from.text({ ...text, name: 'toString' })).toBe('usual');
	});
});

describe('what a message shows of a value', () => {
	test('is one line, and not long', () => {
		const value = '={{ "line\\n" + "x".repeat(5000) }}';
		const message = messageOf(() => of(number, value).number(number));
		expect(message.length).toBeLessThan(200);
		expect(message).not.toContain('\n');
	});

	test('is nothing of a secret', () => {
		const secret = field('string', { typeOptions: { password: true } });
		const value = '={{ ({ key: "sk-12345" }) }}';
		const message = messageOf(() => of(secret, value).text(secret));
		expect(message).toMatch(/^'The Field' does not hold what belongs there/);
		expect(message).not.toContain('sk-12345');
	});

	test('is not replaced by n8n, which looks for names of faults', () => {
		const message = messageOf(() => of(number, 'EPERM').number(number));
		expect(message).toBe("'The Field' is not a number: 'E\u2060PERM' [item 1]");
	});
});

function messageOf(task: () => unknown): string {
	try {
		task();
	} catch (error) {
		return (error as Error).message;
	}
	throw new Error('Nothing was thrown');
}

describe('what JSON or a text cannot hold', () => {
	test('a byte order mark before JSON is no part of it', () => {
		const mark = String.fromCharCode(0xfeff);
		expect(of(json, `${mark}{"b":2}`).json(json, toObject)).toEqual({ b: 2 });
		expect(of(text, `${mark}["a","b"]`).list(text)).toEqual(['a', 'b']);
	});

	test.each(['NaN', '1 / 0', '10n ** 30n'])('%s in JSON is refused', (code) => {
		const given = of(json, `={{ ({ list: [{ a: ${code} }] }) }}`);
		expect(() => given.json(json)).toThrow(
			/^'The Field' holds .+ as a number, which JSON does/,
		);
	});

	test.each(['12345678901234567890', '1e21', '-1e300'])('%s is no text', (code) => {
		const message = "'The Field' is too large for a number, which loses digits";
		expect(() => of(text, `={{ ${code} }}`).id(text)).toThrow(message);
		expect(() => of(text, `={{ ${code} }}`).prose(text)).toThrow(message);
		expect(of(text, `={{ "${code}" }}`).id(text)).toBe(code);
	});

	test.each(['null', 'undefined', '5', 'Object.create(null)'])(
		'an expression that throws %s',
		(code) => {
			const given = of(text, `={{ (() => { throw ${code} })() }}`);
			const read = () => given.text(text);
			// n8n tells some of them as nothing.
			try {
				expect(read()).toBe('usual');
			} catch (error) {
				expect((error as Error).message).toMatch(/^'The Field' could not be evaluated/);
			}
		},
	);
});
