/** A phone number to compare by: the API gives some with a plus, and others without. */
export function digitsOf(number: unknown): string {
	return String(number ?? '').replace(/\D/g, '');
}
