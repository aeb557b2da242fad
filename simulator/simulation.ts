import { CallPlayer } from './playing/player';
import { SimulatorState } from './state';

/** The state of a simulator, and the calls that go on in it. */
export class Simulation extends SimulatorState {
	player = new CallPlayer(this);

	/** Back to the state after the start; what was going on ends. */
	override reset(): void {
		this.player.stop();
		super.reset();
		this.player = new CallPlayer(this);
	}
}
