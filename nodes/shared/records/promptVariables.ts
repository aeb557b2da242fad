import type { IDataObject } from 'n8n-workflow';

import { plainText } from '../json';

/** Sources write placeholders as {name} and as ${name} (API: C12). JSON in a prompt has quotes instead. */
const PLACEHOLDER = /\{\s*([\p{L}_][\p{L}\p{N}_.-]*)\s*\}/gu;

/** The names of the variables that a prompt needs: its placeholders, and what its template asks for. */
export function variablesOf({ content, prompt_template: template }: IDataObject): string[] {
	const placeholders = plainText(content).matchAll(PLACEHOLDER);
	const { required_context_keys: keys } = (template ?? {}) as { required_context_keys?: unknown };
	// What has no name cannot be given.
	const required = [keys]
		.flat()
		.map(plainText)
		.filter((name) => name.trim() !== '');
	return [...new Set([...[...placeholders].map(([, name]) => name), ...required])];
}

/**
 * The names of the variables that an agent's prompt needs, which the agent has as its ID or in full
 * (API: C10).
 *
 * @param readPrompt reads a prompt by its ID; what it throws is passed on.
 */
export async function readVariablesOf(
	{ prompt }: IDataObject,
	readPrompt: (id: string) => Promise<IDataObject>,
): Promise<string[]> {
	if (typeof prompt === 'string') return variablesOf(await readPrompt(prompt));
	return variablesOf((prompt ?? {}) as IDataObject);
}
