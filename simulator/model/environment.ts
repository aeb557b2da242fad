import { agentDefaults, callDefaults, numberDefaults } from './defaults';
import { fictionalNumber, withPlus } from './phoneNumbers';
import type { CollectionName, StoredCall, StoredObject } from './objects';
import { seededRandom } from './random';

const HEX = '0123456789abcdef';

/** An isolated part of the account: it has its own key, its own objects and its own limits. */
export class Environment {
	readonly userId: string;
	/** Calls that may be in progress at the same time. */
	maxConcurrentCalls = 10_000;

	readonly agents = new Map<string, StoredObject>();
	readonly calls = new Map<string, StoredCall>();
	readonly numbers = new Map<string, StoredObject>();
	readonly actions = new Map<string, StoredObject>();
	readonly voices = new Map<string, StoredObject>();
	readonly prompts = new Map<string, StoredObject>();
	readonly webhooks = new Map<string, StoredObject>();
	readonly accountConnections = new Map<string, StoredObject>();

	private random: () => number;
	private added = 0;

	constructor(readonly name: string) {
		this.random = seededRandom(name);
		this.userId = this.newId();
	}

	/** Takes what is random from now on from another series. */
	drawFrom(series: string): void {
		this.random = seededRandom(series);
	}

	/** Hexadecimal digits, the same in every run. */
	hex(digits: number): string {
		let text = '';
		while (text.length < digits) text += HEX[Math.floor(this.random() * 16)];
		return text;
	}

	/** A UUID of version 4, the same in every run. */
	newId(): string {
		return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-a${this.hex(3)}-${this.hex(12)}`;
	}

	/** Stores a new object, after all others of its kind, and gives it its id. */
	add(collection: CollectionName, fields: Record<string, unknown>): StoredObject {
		const stored: StoredObject = { id: this.newId(), user_id: this.userId, ...fields };
		(this[collection] as Map<string, StoredObject>).set(stored.id, stored);
		return stored;
	}

	/** The agent of a call: the stored one, or the object that was sent along with the call. */
	agentOf({ agent }: StoredCall): Record<string, unknown> | undefined {
		if (typeof agent === 'string') return this.agents.get(agent);
		return agent as Record<string, unknown>;
	}

	/** The actions of a call's agent, in its order: the stored ones, and those sent along with the call. */
	actionsOf(call: StoredCall): StoredObject[] {
		const references = (this.agentOf(call)?.actions ?? []) as Array<string | StoredObject>;
		return references.flatMap((reference) => {
			const isId = typeof reference === 'string';
			const stored = this.actions.get(isId ? reference : reference.id);
			return stored ?? (isId ? [] : reference);
		});
	}

	/** Those of them that ask a server; of two with one name the agent only knows the first (API: C27). */
	externalActionsOf(call: StoredCall): StoredObject[] {
		const external = this.actionsOf(call).filter(({ type }) => type === 'action_external');
		const nameOf = ({ config }: StoredObject) => (config as { name: string }).name;
		const names = external.map(nameOf);
		return external.filter((action, index) => names.indexOf(nameOf(action)) === index);
	}

	/** The number object of a phone number in E.164, with or without the plus sign (API: C24). */
	findNumber(phoneNumber: unknown): StoredObject | undefined {
		const wanted = withPlus(String(phoneNumber));
		return [...this.numbers.values()].find(({ number }) => number === wanted);
	}

	/** Adds agents "Agent 1", "Agent 2", ... that share the first agent's prompt and voice. */
	addAgents(count: number): StoredObject[] {
		const [prompt] = this.prompts.keys();
		const [voice] = this.voices.keys();
		return Array.from({ length: count }, (_, index) =>
			this.add('agents', { ...agentDefaults, name: `Agent ${index + 1}`, prompt, voice }),
		);
	}

	/** Adds ended calls, one minute apart, the newest last. */
	addCalls(count: number, overrides: Record<string, unknown> = {}): StoredCall[] {
		const [agent] = this.agents.keys();
		const [from] = this.numbers.values();
		return Array.from({ length: count }, (_, index) => {
			const start = Date.UTC(2026, 0, 5, 9) + index * 60_000;
			return this.add('calls', {
				...callDefaults,
				status: 'ended',
				stage: 'picked_up',
				stage_outcome: 'bot_disconnected',
				human_detection_result: 'human',
				transcript:
					'[00:01.00] BOT: Hello, thank you for your time.\n[00:04.50] HUMAN: Goodbye.',
				start_time: start,
				end_time: start + 30_000,
				from_number: from?.number,
				agent_phone_number: from?.number,
				to_number: fictionalNumber(index % 4_000),
				agent,
				...overrides,
			}) as StoredCall;
		});
	}

	/** Adds active numbers that no other object has. */
	addNumbers(count: number): StoredObject[] {
		return Array.from({ length: count }, (_, index) => {
			const number = fictionalNumber(this.added++);
			return this.add('numbers', { ...numberDefaults, number, label: `Line ${index + 1}` });
		});
	}
}
