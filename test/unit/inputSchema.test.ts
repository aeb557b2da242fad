import type { IDataObject } from 'n8n-workflow';

import { readInput } from '../../nodes/shared/inputSchema';

const object = (properties: object, required: string[] = []) => ({
	type: 'object',
	properties,
	required,
});

test.each<[string, IDataObject, unknown, string[]]>([
	['a text', { a: 'x' }, object({ a: { type: 'string' } }), []],
	['a whole number', { a: 1 }, object({ a: { type: 'integer' } }), []],
	['a whole number with a point', { a: 1.0 }, object({ a: { type: 'integer' } }), []],
	[
		'a number that is none',
		{ a: NaN },
		object({ a: { type: 'integer' } }),
		["'a' has to be of the type integer."],
	],
	['false', { a: false }, object({ a: { type: 'boolean' } }, ['a']), []],
	['zero', { a: 0 }, object({ a: { type: 'number' } }, ['a']), []],
	[
		'nothing that was required',
		{},
		object({ a: {} }, ['a', 'b']),
		["'a' is missing.", "'b' is missing."],
	],
	['null for what is not required', { a: null }, object({ a: { type: 'string' } }), []],
	['one of several types', { a: null, b: 1 }, object({ b: { type: ['string', 'number'] } }), []],
	[
		'none of several types',
		{ b: {} },
		object({ b: { type: ['string', 'number'] } }),
		["'b' has to be of the type string or number."],
	],
	['an allowed value', { a: 2 }, object({ a: { enum: [1, 2] } }), []],
	[
		'a value that is not allowed',
		{ a: '3' },
		object({ a: { enum: [1, 2] } }),
		["'a' has to be 1 or 2."],
	],
	[
		'a text that is short',
		{ a: 'x' },
		object({ a: { minLength: 2 } }),
		["'a' has to be at least 2 characters."],
	],
	[
		'a text that is long',
		{ a: 'xyz' },
		object({ a: { maxLength: 2 } }),
		["'a' has to be at most 2 characters."],
	],
	[
		'numbers at their limits',
		{ a: 1, b: 3 },
		object({ a: { minimum: 1 }, b: { maximum: 3 } }),
		[],
	],
	[
		'numbers beyond their limits',
		{ a: 0, b: 4 },
		object({ a: { minimum: 1 }, b: { maximum: 3 } }),
		["'a' has to be at least 1.", "'b' has to be at most 3."],
	],
	[
		'a list that is long',
		{ a: [1, 2] },
		object({ a: { maxItems: 1 } }),
		["'a' has to be at most 1 entries."],
	],
	[
		'an entry of a list',
		{ a: ['x', {}] },
		object({ a: { items: { type: 'string' } } }),
		["'a'[1] has to be of the type string."],
	],
	[
		'an object in a list in an object',
		{ a: { b: [{ c: 'x' }, {}] } },
		object({
			a: object({ b: { type: 'array', items: object({ c: { enum: ['x'] } }, ['c']) } }),
		}),
		["'c' is missing."],
	],
	['fields that nobody has described', { z: 1 }, object({ a: {} }), []],
	[
		'keywords that it does not know',
		{ a: 'x' },
		object({ a: { format: 'date', oneOf: [] } }),
		[],
	],
	['no schema', { a: 1 }, undefined, []],
	['a schema without anything', { a: 1 }, {}, []],
	['a schema that is none', { a: 1 }, object({ a: true, b: 'text' }), []],
])('%s', (_what, given, schema, problems) => {
	expect(readInput(given, schema)).toEqual({ input: given, problems });
});

/** A field as its schema wants it: what comes in, and what it is read as. */
test.each<[object, unknown, unknown]>([
	[{ type: 'string' }, 1234, '1234'],
	[{ type: 'string' }, true, 'true'],
	[{ type: 'string' }, '', ''],
	[{ type: 'string' }, ' as it is ', ' as it is '],
	[{ type: 'string', enum: ['7', '8'] }, 7, '7'],
	[{ type: 'string', enum: ['Monday', 'Tuesday'] }, ' monday', 'Monday'],
	[{ type: 'integer' }, '4', 4],
	[{ type: 'integer' }, ' 4.0 ', 4],
	[{ type: 'integer' }, '-4', -4],
	[{ type: 'number' }, '4.5', 4.5],
	[{ type: 'number' }, '1e3', 1000],
	[{ type: 'number' }, '.5', 0.5],
	[{ enum: [1, 2] }, '2', 2],
	[{ enum: [true] }, 'true', true],
	[{ type: 'boolean' }, 'true', true],
	[{ type: 'boolean' }, 'False', false],
	[{ type: 'boolean' }, 'yes', true],
	[{ type: 'boolean' }, 'No', false],
	[{ type: 'boolean' }, 1, true],
	[{ type: 'boolean' }, 0, false],
	[{ type: ['number', 'string'] }, '4', '4'],
	[{ type: ['integer', 'boolean'] }, 'no', false],
	[{ type: ['string', 'null'] }, null, null],
	[{ type: 'array', items: { type: 'integer' } }, '7', [7]],
	[{ type: 'array', items: { type: 'integer' } }, '["7", 8]', [7, 8]],
	[{ type: 'object', properties: { b: { type: 'integer' } } }, '{ "b": "7" }', { b: 7 }],
	[{ type: 'array', items: object({ b: { type: 'string' } }) }, [{ b: 7 }], [{ b: '7' }]],
])('%j reads %j as %j', (schema, given, value) => {
	const input = { a: given } as IDataObject;
	expect(readInput(input, object({ a: schema }))).toEqual({
		input: { a: value },
		problems: [],
	});
});

test.each<[object, unknown]>([
	[{ type: 'integer' }, '4.5'],
	[{ type: 'integer' }, 'four'],
	[{ type: 'integer' }, '0x10'],
	[{ type: 'number' }, '1,234'],
	[{ type: 'number' }, true],
	[{ type: 'number' }, 'Infinity'],
	[{ type: 'boolean' }, 'constructor'],
	[{ type: 'boolean' }, 2],
	[{ type: 'string' }, { b: 1 }],
	[{ type: 'string' }, 2 ** 64],
	[{ type: 'string', enum: ['1e+21'] }, -1e21],
	[{ type: 'object' }, '[]'],
	[{ enum: ['a', 'A'] }, ' a'],
	[{ type: 'strin' }, 'text'],
])('%j has no reading for %j, so the agent asks again', (schema, given) => {
	const input = { a: given } as IDataObject;
	const read = readInput(input, object({ a: schema }, ['a']));
	expect(read).toEqual({ input, problems: [expect.stringMatching(/^'a' has to be /)] });
});

test.each<[string, object]>([
	['a number', { type: 'number' }],
	['true or false', { type: 'boolean' }],
	['one of some', { enum: ['x'] }],
	['a longer text', { type: 'string', minLength: 1 }],
	['a list', { type: 'array' }],
])('an empty text for %s counts as not given, and is missing where it is required', (_, schema) => {
	const given = { a: '', c: 1 };
	expect(readInput(given, object({ a: schema }))).toEqual({ input: { c: 1 }, problems: [] });
	expect(readInput(given, object({ a: schema }, ['a'])).problems).toEqual(["'a' is missing."]);
});

test('names of fields that every object has are fields like others', () => {
	const given = JSON.parse('{ "__proto__": "1", "constructor": "2" }') as IDataObject;
	const properties = JSON.parse('{ "__proto__": { "type": "integer" } }') as object;
	const { input } = readInput(given, object(properties));
	expect(JSON.stringify(input)).toBe('{"__proto__":1,"constructor":"2"}');
	const { problems } = readInput({}, object(properties, ['__proto__', 'toString']));
	expect(problems).toEqual(["'__proto__' is missing.", "'toString' is missing."]);
});

test('by a schema that is no form, the input stays as it was sent', () => {
	for (const type of ['array', 'string']) {
		expect(readInput({ day: 'Monday' }, { type }).input).toEqual({ day: 'Monday' });
	}
});
