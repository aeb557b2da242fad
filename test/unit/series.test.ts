import { describe as describeSeries, inTurn, median } from '../../bench/series';

test.each([
	[[3], 3],
	[[10, 9, 1], 9],
	[[4, 1, 3, 2], 2.5],
	[[100, 20, 3], 20],
])('the median of %j is %d', (values, expected) => {
	expect(median(values)).toBe(expected);
});

test('sides are measured in turn, after a first run that does not count', async () => {
	const order: string[] = [];
	const side = (name: string) => async () => await Promise.resolve(order.push(name));
	const values = await inTurn(2, { ours: side('A'), theirs: side('B') });
	expect(order.join('')).toBe('ABABAB');
	expect(values).toEqual({ ours: [3, 5], theirs: [4, 6] });
});

test('what runs before may be something else', async () => {
	const order: string[] = [];
	const side = (name: string) => async () => await Promise.resolve(order.push(name));
	await inTurn(1, { ours: side('A') }, { ours: side('a') });
	expect(order.join('')).toBe('aA');
});

test.each([
	[{ unit: 'ms' as const, values: [1300, 1234.4, 1200] }, '1,234 ms (1,200 to 1,300)'],
	[{ unit: 'events/s' as const, values: [18.94] }, '18.9 events/s'],
])('%j is shown as %s', (series, expected) => {
	expect(describeSeries(series)).toBe(expected);
});
