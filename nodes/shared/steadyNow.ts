let latest = Date.now();
let behind = 0;

/** @returns milliseconds that go on where the clock of the machine is put back. Only differences mean something. */
export function steadyNow(): number {
	const now = Date.now();
	behind += Math.max(0, latest - now);
	latest = now;
	return now + behind;
}
