import js from '@eslint/js';
import tseslint from 'typescript-eslint';

import { n8nRules } from './scripts/n8n-rules.mjs';

const published = ['package.json', 'nodes/**/*.{ts,json}', 'credentials/**/*.ts'];

export default tseslint.config(
	{
		ignores: [
			'.n8n-docker/',
			'.n8n-play/',
			'dist/',
			'nodes/shared/api/fluents.d.ts',
			'package-lock.json',
		],
	},
	{ linterOptions: { noInlineConfig: true } },
	// What is published follows n8n's rules; npm run lint applies them to the packed files as well.
	...n8nRules.map((config) => (config.rules ? limitTo(published, config) : config)),
	{
		files: ['**/*.ts'],
		extends: [js.configs.recommended, tseslint.configs.recommended],
		languageOptions: { parserOptions: { projectService: true } },
		rules: {
			'@typescript-eslint/await-thenable': 'error',
			'@typescript-eslint/no-floating-promises': 'error',
			'@typescript-eslint/no-misused-promises': 'error',
			'@typescript-eslint/return-await': ['error', 'always'],
			'@typescript-eslint/no-unused-vars': [
				'error',
				{ argsIgnorePattern: '^_', ignoreRestSiblings: true },
			],
		},
	},
	{
		// Foreign text is made harmless where errors are made, which no other place may get around.
		files: ['nodes/**/*.ts'],
		ignores: ['nodes/shared/api/errors.ts', 'nodes/FluentsAi*Trigger/**', 'nodes/triggers/**'],
		rules: {
			'no-restricted-syntax': [
				'error',
				{
					selector: 'NewExpression[callee.name=/^Node(Api|Operation)Error$/]',
					message:
						'Make errors with operationError or toNodeError (shared/api/errors.ts).',
				},
				{
					selector: "AssignmentExpression[left.property.name='message']",
					message: 'Change the words of errors with reworded (shared/api/errors.ts).',
				},
			],
		},
	},
	{
		// One check, one thing: whoever reads a miss wants to find it in one view.
		files: ['e2e/cases/*.ts'],
		rules: { 'max-lines-per-function': ['error', { max: 40 }] },
	},
);

/** Keeps a config's own selection, within `files`. */
function limitTo(files, config) {
	const own = config.files ?? ['**/*'];
	return { ...config, files: own.flatMap((pattern) => files.map((file) => [file, pattern])) };
}
