/** Random numbers that are the same in every run (mulberry32), so that tests can be exact. */
export function seededRandom(text: string): () => number {
	let state = [...text].reduce(
		(hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16777619),
		2166136261,
	);
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}
