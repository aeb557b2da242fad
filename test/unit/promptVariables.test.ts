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
