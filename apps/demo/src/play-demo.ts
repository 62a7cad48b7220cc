import { Cleanup } from './cleanup.js';
import { DemoError } from './demo-error.js';
import { findKeyward } from './keyward/find-keyward.js';
import { Timeline } from './programs/timeline.js';
import { Cast, PROJECTS } from './story/cast.js';
import type { Narrator } from './story/narrator.js';
import { setStage, strikeStage } from './story/stage.js';
import { Story } from './story/story.js';
import { Witness } from './story/witness.js';

/** The whole demo, and everything put back at its end. @throws DemoError when it shows anything else than the story. */
export async function playDemo(narrator: Narrator, interrupted: AbortSignal): Promise<void> {
  const timeline = new Timeline();
  interrupted.addEventListener('abort', () => timeline.fail(new DemoError('Interrupted.')));
  const cleanup = new Cleanup();
  let delays: readonly number[];
  try {
    delays = await play(narrator, timeline, cleanup);
  } catch (error) {
    // What went wrong first is the news.
    await cleanup.run().catch(() => undefined);
    throw error;
  }
  await cleanup.run();
  narrator.end(
    `${narrator.steps} steps, each as the story says; the slowest change was in use after ${Math.max(...delays)} ms`,
  );
}

async function play(narrator: Narrator, timeline: Timeline, cleanup: Cleanup): Promise<readonly number[]> {
  narrator.title('Keyward: one key per organization, overridden where a project wants its own');
  const keyward = await findKeyward(timeline, cleanup);
  const manner = keyward.isOwn ? 'started for this demo' : 'which runs already and stays as it is';
  narrator.note(`Keyward      ${keyward.url}, ${manner}`);
  const cast = await Cast.gather(keyward, timeline, cleanup);
  narrator.note(`The vendor   ${cast.vendorUrl}, a fake one: says which key it was sent`);
  narrator.note(`Acme         organization ${cast.acme}, projects ${PROJECTS.join(' and ')}`);
  narrator.note(`Times        from Keyward's answer to the worker's next call`);
  if (!keyward.isOwn) {
    cleanup.add(async () => {
      await strikeStage(cast);
      narrator.note('');
      narrator.note(`Left there: organizations ${cast.acme}, …-free and …-later, without keys`);
    });
  }
  await setStage(cast);
  const story = new Story(cast, narrator, new Witness(timeline));
  await story.play();
  return story.delays;
}
