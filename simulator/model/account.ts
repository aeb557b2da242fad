import { Environment } from './environment';
import { seededRandom } from './random';
import { seed } from './seeds';

export const environmentNames = ['default', 'staging', 'production'] as const;

/** How many accounts this process has made. */
let accounts = 0;

/**
 * The environments of the account with the objects that everybody finds in them, by name. What is added
 * later gets IDs that no earlier account of the process had: clients remember calls by them.
 */
export function newAccount(): Map<string, Environment> {
	accounts++;
	return new Map(
		environmentNames.map((name) => {
			const environment = new Environment(name);
			seed(environment);
			if (accounts > 1) environment.drawFrom(`${name} ${accounts}`);
			return [name, environment];
		}),
	);
}

/** A key that looks like one and opens nothing but this simulator. */
export function fakeKey(name: string): string {
	const random = seededRandom(`key of ${name}`);
	const digits = Array.from({ length: 24 }, () => Math.floor(random() * 36).toString(36));
	return `sim_${name}_${digits.join('')}`;
}
