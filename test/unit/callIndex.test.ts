import { indexListed } from '../../nodes/FluentsAi/placing/ledger';

const COUNT = 10_000;
const number = (i: number) => `+1${2_000_000_000 + i}`;

/** Compared one with another, that would be 100 million times. */
test('10,000 items are looked up among 10,000 calls in less than two seconds', () => {
	const calls = Array.from({ length: COUNT }, (_, i) => ({
		id: String(i),
		// Some APIs leave out the plus.
		to_number: i % 2 === 0 ? number(i) : number(i).slice(1),
		context: { n8n_call_key: `order ${i}` },
	}));
	const started = performance.now();
	const index = indexListed(calls);
	const found = calls.map((_, i) => [
		index.toNumber(number(i)).length,
		index.withKey(`order ${i}`)[0].id,
		index.toNumber(number(i + COUNT)).length,
	]);
	const took = performance.now() - started;
	expect(found).toEqual(calls.map(({ id }) => [1, id, 0]));
	expect(took).toBeLessThan(2000);
});
