/** One request as the server saw it. */
export interface RequestRecord {
	/** Epoch milliseconds of arrival. */
	at: number;
	method: string;
	/** Path with the /v1 prefix, without query. */
	path: string;
	/** Undefined when no operation has this path and method. */
	operationId: string | undefined;
	query: Record<string, unknown>;
	/** As sent, but `authorization` holds the name of the key's environment, never the key. */
	headers: Record<string, string | string[] | undefined>;
	body: unknown;
	/** Undefined until answered, and for ever when the connection was reset or left hanging. */
	status: number | undefined;
	/** Requests open at the moment of arrival, this one included. */
	open: number;
}

/** One event on its way to one webhook. */
export interface Delivery {
	/** Epoch milliseconds of sending. */
	at: number;
	/** Name of the environment. */
	environment: string;
	webhookId: string;
	/** Type of the event, as in the subscriptions. */
	event: string;
	callId: string;
	/** As stored in the webhook. */
	url: string;
	method: 'GET' | 'POST';
	/** The event: the JSON body of a POST; a GET has its fields in the query. */
	body: Record<string, unknown>;
	/** Of the answer; undefined until there is one. */
	status?: number;
	/** Why there will be no answer. */
	error?: string;
}

/** A question that was sent to a server during a call, or before one. */
export interface LiveRequest {
	/** Epoch milliseconds of sending. */
	at: number;
	/** What is asked: an external action, or the context endpoint of an agent or its prompt. */
	about: 'action' | 'caller';
	/** Name of the environment. */
	environment: string;
	/** Of a caller lookup there is none yet. */
	callId?: string;
	actionId?: string;
	method: 'GET' | 'POST';
	/** As sent, with its whole query. */
	url: string;
	headers: Record<string, string>;
	/** As sent; a GET has none. */
	body?: string;
	/** How often it was tried to connect. */
	attempts: number;
	/** Of the answer; undefined until there is one. */
	status?: number;
	/** From sending to the end of the answer, or to the failure. */
	milliseconds?: number;
	/** The answer: what its JSON says, or its text when it is none. */
	answer?: unknown;
	/** Why there will be no answer. */
	error?: string;
	/** Whether there is none because it took too long. */
	isTimedOut?: boolean;
}
