import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import nodesBasePlugin from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

/**
 * The rules that n8n's package scanner applies to a community package, with the same five switched
 * off. The scanner ignores inline comments and lets warnings pass; here both count as failures.
 */
export const n8nRules = [
	{
		...n8nCommunityNodesPlugin.configs.recommended,
		files: ['package.json', '**/*.{js,ts}'],
	},
	{ files: ['**/*.{js,ts}'], rules: { 'no-console': 'error' } },
	{ plugins: { 'n8n-nodes-base': nodesBasePlugin } },
	{ files: ['package.json'], rules: nodesBasePlugin.configs.community.rules },
	{
		files: ['credentials/**/*.ts'],
		rules: {
			...nodesBasePlugin.configs.credentials.rules,
			'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
			'n8n-nodes-base/cred-class-field-type-options-password-missing': 'off',
		},
	},
	{
		files: ['nodes/**/*.ts'],
		rules: {
			...nodesBasePlugin.configs.nodes.rules,
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
			'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
			'n8n-nodes-base/node-param-type-options-max-value-present': 'off',
		},
	},
	{ files: ['**/*.{ts,json}'], languageOptions: { parser: tseslint.parser } },
];
