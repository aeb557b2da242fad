import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { truths } from '../../simulator/truths';

const text = readFileSync(resolve(__dirname, '../../docs/either-truth.md'), 'utf8');
const rows = text
	.split('\n')
	.filter((line) => line.startsWith('| '))
	.slice(2)
	.map((line) => line.split('|').map((cell) => cell.trim()));

test('every contradiction between the sources is told, each once', () => {
	const numbered = rows.map(([, fact]) => fact).filter((fact) => /^C\d+$/.test(fact));
	expect(numbered).toEqual(Array.from({ length: 27 }, (_, i) => `C${i + 1}`));
});

test('every switch of the simulator is told in the row of its fact, and no other', () => {
	const told = rows.flatMap(([, fact, , , switches]) =>
		[...switches.matchAll(/`(\w+)`/g)].map(([, name]) => [name, fact]),
	);
	const known = Object.entries(truths).map(([name, { fact }]) => [
		name,
		fact.replace(/^(C\d+) .*/, '$1'),
	]);
	expect(told.sort()).toEqual(known.sort());
});
