import { variablesOf } from '../../nodes/shared/records/promptVariables';

test.each<[string, string[]]>([
	['Hello {name}, it is about ${topic}.', ['name', 'topic']],
	['{ first_name } {first_name}', ['first_name']],
	['{customer.name} {order-id} {prénom}', ['customer.name', 'order-id', 'prénom']],
	['Answer as JSON: {"day": "Monday", "n": 1} or {}', []],
	['{1} { } {a b} {a', []],
	['', []],
])('%s needs %j', (content, names) => {
	expect(variablesOf({ content })).toEqual(names);
});

test('keys that the template requires are needed too, each once', () => {
	const required_context_keys = ['city', 'name'];
	expect(
		variablesOf({ content: 'Hello {name}', prompt_template: { required_context_keys } }),
	).toEqual(['name', 'city']);
	expect(variablesOf({ content: null, prompt_template: 'an-id' })).toEqual([]);
});

test('what has no name is not needed, and a prompt of another form has no placeholders', () => {
	const required_context_keys = ['', ' ', null, { key: 'city' }, 'name'];
	expect(variablesOf({ prompt_template: { required_context_keys } })).toEqual(['name']);
	expect(variablesOf({ content: { toString: 'none' } })).toEqual([]);
	expect(variablesOf({ content: '{ '.repeat(200_000) + '{a'.repeat(200_000) })).toEqual([]);
});
