/** Keys whose texts the editor shows, wherever they stand in a description. */
const SHOWN = ['displayName', 'description', 'placeholder', 'hint', 'action', 'header'];

/**
 * The texts of a description of n8n that the editor shows, such as labels and choices.
 *
 * @param description of a node or credential, or a part of it.
 */
export function textsIn(description: unknown): Set<string> {
	if (typeof description !== 'object' || description === null) return new Set();
	// The name of a choice is a text; that of a field is for workflows.
	const shown = 'value' in description ? [...SHOWN, 'name'] : SHOWN;
	const own = Object.entries(description).flatMap(([key, value]) =>
		shown.includes(key) && typeof value === 'string' ? value : [],
	);
	const inner = Object.values(description).flatMap((value) => [...textsIn(value)]);
	return new Set([...own, ...inner]);
}
