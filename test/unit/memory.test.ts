import { Memory } from '../../nodes/shared/memory';

describe('Memory', () => {
	afterEach(() => jest.useRealTimers());

	it('keeps the newest values', () => {
		const memory = new Memory<number>(2, 1000);
		memory.set('a', 1);
		memory.set('b', 2);
		memory.set('a', 3);
		memory.set('c', 4);
		expect(['a', 'b', 'c'].map((key) => memory.get(key))).toEqual([3, undefined, 4]);
	});

	it('keeps a value only for a while', () => {
		jest.useFakeTimers();
		const memory = new Memory<number>(2, 1000);
		memory.set('a', 1);
		jest.advanceTimersByTime(999);
		expect(memory.get('a')).toBe(1);
		jest.advanceTimersByTime(1);
		expect(memory.get('a')).toBeUndefined();
	});

	it('forgets what is deleted', () => {
		const memory = new Memory<number>(2, 1000);
		memory.set('a', 1);
		memory.delete('a');
		expect(memory.get('a')).toBeUndefined();
	});
});
