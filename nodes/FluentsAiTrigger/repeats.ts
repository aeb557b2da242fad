import { createHash } from 'crypto';
import type { IWebhookFunctions } from 'n8n-workflow';

import { canonical } from '../shared/canonical';
import { isObject } from '../shared/json';
import { Memory } from '../shared/memory';
import type { Delivery } from './delivery';

const DAY = 24 * 60 * 60_000;

/** An event with the secret that it came with, which is another one each time the trigger is registered. */
export interface VerifiedDelivery extends Delivery {
	secret: string;
}

/** Deliveries that this process has seen, of all triggers. One takes some 200 bytes. */
const seen = new Memory<true>(50_000, DAY);

/** Looks and remembers in one step, so that of two deliveries at the same time one is the repeat. */
export function isRepeat(context: IWebhookFunctions, delivery: VerifiedDelivery): boolean {
	// In the editor, the same event may be sent again and again to try the workflow.
	if (context.getMode() === 'manual' || !canBeToldApart(delivery)) return false;
	const key = keyOf(delivery);
	if (seen.get(key)) return true;
	seen.set(key, true);
	return false;
}

/** Lets a delivery that has started nothing come again. */
export function forget(delivery: VerifiedDelivery): void {
	seen.delete(keyOf(delivery));
}

/** What may happen twice in a call in the same words: three times "Yes." are three messages. */
const RECURRING = ['event_action', 'event_message'];

const MARKS = ['id', 'event_id', 'message_id', 'timestamp', 'time', 'created_at', 'sent_at'];

/** Whether a second event with the same content is the same event. */
function canBeToldApart({ event, payload }: Delivery): boolean {
	if (!isObject(payload)) return !RECURRING.includes(event);
	const isRecurring = RECURRING.includes(event) || 'sender' in payload;
	return !isRecurring || MARKS.some((mark) => (payload[mark] ?? '') !== '');
}

function keyOf({ secret, event, callId, payload }: VerifiedDelivery): string {
	const text = canonical([secret, event, callId, payload]);
	return createHash('sha256').update(text).digest('base64');
}
