import type { INodeProperties } from 'n8n-workflow';

/**
 * Fields in the order in which a collection lists them: by label.
 *
 * Labels are plain English, so they are compared as they are. For `localeCompare`, Node.js would load
 * the rules of a language first, which takes longer than to load this whole package.
 */
export function sortedByLabel(fields: INodeProperties[]): INodeProperties[] {
	return fields.toSorted((a, b) => (labelOf(a) < labelOf(b) ? -1 : 1));
}

function labelOf({ displayName }: INodeProperties): string {
	return displayName.toLowerCase();
}
