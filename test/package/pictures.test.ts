import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { FluentsAiApi } from '../../credentials/FluentsAiApi.credentials';
import { textsIn } from '../../e2e/labels';
import type { Caption } from '../../e2e/pictures';
import { FluentsAi } from '../../nodes/FluentsAi/FluentsAi.node';
import { FluentsAiLiveTrigger } from '../../nodes/FluentsAiLiveTrigger/FluentsAiLiveTrigger.node';
import { FluentsAiTrigger } from '../../nodes/FluentsAiTrigger/FluentsAiTrigger.node';

const folder = resolve(__dirname, '../../docs/images');
const pictures = readdirSync(folder).filter((file) => !file.endsWith('.json'));

const shown = textsIn([
	new FluentsAi().description,
	new FluentsAiTrigger().description,
	new FluentsAiLiveTrigger().description,
	new FluentsAiApi(),
]);

const captionOf = (picture: string) =>
	JSON.parse(
		readFileSync(resolve(folder, picture.replace(/\.\w+$/, '.json')), 'utf8'),
	) as Caption;

test.each(pictures)('%s shows only texts that the package still has', (picture) => {
	const outdated = captionOf(picture).labels.filter((label) => !shown.has(label));
	// Take it again: npm run screenshots
	expect(outdated).toEqual([]);
});

test('all pictures are of the n8n that the tests run on, and together show many labels', () => {
	const { devDependencies } = JSON.parse(
		readFileSync(resolve(folder, '../../package.json'), 'utf8'),
	) as { devDependencies: Record<string, string> };
	const captions = pictures.map(captionOf);
	expect(new Set(captions.map(({ n8n }) => n8n))).toEqual(new Set([devDependencies['n8n-core']]));
	expect(captions.flatMap(({ labels }) => labels).length).toBeGreaterThan(50);
});

test('documents show each picture, and none without one', () => {
	const captions = readdirSync(folder).filter((file) => file.endsWith('.json'));
	expect(captions.map((file) => file.replace('.json', '')).sort()).toEqual(
		pictures.map((file) => file.replace(/\.\w+$/, '')).sort(),
	);
	const documents = ['README.md', ...readdirSync(resolve(folder, '..'))].flatMap((file) => {
		const path = resolve(folder, file === 'README.md' ? '../..' : '..', file);
		return file.endsWith('.md') && existsSync(path) ? readFileSync(path, 'utf8') : [];
	});
	const missing = pictures.filter(
		(picture) => !documents.some((text) => text.includes(`images/${picture})`)),
	);
	expect(missing).toEqual([]);
});
