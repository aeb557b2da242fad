import type { CallProgress } from './progress';

/** An object as the simulator keeps it: references to other objects are ids. */
export interface StoredObject {
	id: string;
	user_id: string;
	[field: string]: unknown;
}

/** Times are epoch milliseconds here, whatever the API answers. */
export interface StoredCall extends StoredObject {
	status: string;
	from_number: string;
	to_number: string;
	start_time: number | string | null;
	end_time: number | string | null;
	/** Present while the simulator plays the call; past calls have none. */
	progress?: CallProgress;
	/** Epoch milliseconds since which a played call has its recording. */
	recordedAt?: number;
}

export type CollectionName =
	| 'agents'
	| 'calls'
	| 'numbers'
	| 'actions'
	| 'voices'
	| 'prompts'
	| 'webhooks'
	| 'accountConnections';
