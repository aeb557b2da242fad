import { judge, tableOf } from '../../bench/table';

const ms = (...values: number[]) => ({ unit: 'ms' as const, values });

test('a ratio stands with the least and the largest one of the runs', () => {
	const row = judge('x', {
		what: 'Reading',
		ours: ms(100, 110, 90),
		against: { name: 'HTTP Request', series: ms(200, 200, 300) },
		most: 0.5,
	});
	expect(row).toMatchObject({ figure: 0.5, reached: true });
	expect(tableOf([row])).toContain('0.5 (0.3 to 0.55)');
});

test('what is above the target, or below it, is not reached', () => {
	expect(judge('x', { what: '', ours: ms(13), most: 12 }).reached).toBe(false);
	expect(judge('x', { what: '', ours: ms(13), least: 12 }).reached).toBe(true);
	expect(judge('x', { what: '', ours: ms(13) }).reached).toBeUndefined();
});

test('a figure of another kind than the ratio stands alone', () => {
	const row = judge('x', {
		what: 'Waiting',
		ours: ms(100, 110),
		against: { name: 'theirs', series: ms(100, 100) },
		figure: 1.1,
	});
	expect(tableOf([row])).toContain('| 1.1 ');
});
