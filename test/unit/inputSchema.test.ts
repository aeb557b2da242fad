import { problemsOf } from '../../nodes/FluentsAiLiveTrigger/inputSchema';

const object = (properties: object, required: string[] = []) => ({
	type: 'object',
	properties,
	required,
});

test.each<[string, unknown, unknown, string[]]>([
	['a text', { a: 'x' }, object({ a: { type: 'string' } }), []],
	[
		'a number as text',
		{ a: '1' },
		object({ a: { type: 'number' } }),
		["'a' has to be of the type number."],
	],
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
		{ b: true },
		object({ b: { type: ['string', 'number'] } }),
		["'b' has to be of the type string or number."],
	],
	['a list for an object', [], object({}), ['The input has to be of the type object.']],
	['null for an object', null, object({}), ['The input has to be of the type object.']],
	['an allowed value', { a: 2 }, object({ a: { enum: [1, 2] } }), []],
	[
		'a value that is not allowed',
		{ a: '2' },
		object({ a: { enum: [1, 2] } }),
		["'a' has to be 1 or 2."],
	],
	[
		'a text that is short',
		{ a: '' },
		object({ a: { minLength: 1 } }),
		["'a' has to be at least 1 characters."],
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
		{ a: ['x', 1] },
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
])('%s', (_what, value, schema, problems) => {
	expect(problemsOf(value, schema)).toEqual(problems);
});
