import { readExamples } from '../../scripts/play/examples';

const credentials = ['default', 'staging'].map((environment, i) => ({
	id: `${i}`,
	name: `Fluents.ai ${environment}`,
}));
const examples = readExamples(new Map(credentials.map((one) => [one.name, one])));

test('examples are numbered, the first call comes first', () => {
	expect(examples[0].name).toBe('01 Call people and wait for the outcome');
	const numbers = examples.map(({ name }) => Number(name?.slice(0, 2)));
	expect(numbers).toEqual(numbers.map((_, i) => i + 1));
	expect(new Set(examples.map(({ name }) => name)).size).toBe(examples.length);
});

test('nodes of this package have a credential, one example both, and its triggers take the address of this computer', () => {
	const own = examples.flatMap(({ nodes }) =>
		nodes.filter(({ type }) => type.startsWith('n8n-nodes-fluentsai.')),
	);
	const chosen = own.map((node) => node.credentials?.fluentsAiApi);
	expect(new Set(chosen)).toEqual(new Set(credentials));
	const triggers = own.filter(({ type }) => type.endsWith('Trigger'));
	expect(triggers.length).toBeGreaterThan(2);
	for (const { parameters } of triggers) {
		expect(parameters.options).toMatchObject({ allowUnreachableUrl: true });
	}
});
