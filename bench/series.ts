/** Values of one kind that were measured one after the other. */
export interface Series {
	unit: Unit;
	values: number[];
}

export type Unit = 'ms' | 'kB' | 'MB' | 'requests' | 'events/s' | '%';

export function median(values: number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** E.g. `1,234 ms (1,200 to 1,301)`: the median, and all values lie between the other two. */
export function describe({ unit, values }: Series): string {
	const digits = Math.max(...values) < 20 ? 1 : 0;
	const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)].map(
		(value) =>
			value.toLocaleString('en', {
				minimumFractionDigits: digits,
				maximumFractionDigits: digits,
			}),
	);
	return least === most ? `${middle} ${unit}` : `${middle} ${unit} (${least} to ${most})`;
}

/**
 * Measures several sides in turn, A B A B ..., so that what else the machine does meets all of them
 * alike. Each runs once before that, to load what every run needs.
 *
 * @param warmUp what runs before, where a whole measurement would take long.
 * @returns what each side measured, under its name.
 */
export async function inTurn<T extends string>(
	pairs: number,
	sides: Record<T, () => Promise<number>>,
	warmUp: Record<T, () => Promise<unknown>> = sides,
): Promise<Record<T, number[]>> {
	const names = Object.keys(sides) as T[];
	const values = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
		T,
		number[]
	>;
	for (const name of names) await warmUp[name]();
	for (let pair = 0; pair < pairs; pair++) {
		for (const name of names) values[name].push(await sides[name]());
	}
	return values;
}
