import type { Simulator } from '../../simulator';

/**
 * Places a call by the API, as somebody's other system does.
 *
 * @returns its ID, when all of its events have been delivered.
 */
export async function placeCall(
	simulator: Simulator,
	agent: string,
	to = '+12125550101',
): Promise<string> {
	const environment = simulator.environment('default');
	// n8n remembers calls for a day, and after a reset the simulator would give the same IDs again.
	environment.hex(Math.floor(Math.random() * 50_000));
	const from = [...environment.numbers.values()].find(({ active }) => active === true);
	const response = await fetch(`${simulator.url}/calls/create`, {
		method: 'POST',
		headers: {
			authorization: `Bearer ${simulator.keys.default}`,
			'content-type': 'application/json',
		},
		body: JSON.stringify({ agent, from_number: from?.number, to_number: to }),
	});
	if (!response.ok) throw new Error(`The call was not placed: ${await response.text()}`);
	const { id } = (await response.json()) as { id: string };
	await simulator.allDelivered();
	return id;
}
