import { RequestError } from "./request-error.ts";

/** Downloads that may be under way. */
const MOST = 8;
/** Seconds after which a download that nobody takes is ended. */
const IDLE_SECONDS = 120;

/** Counts the downloads that are under way, and lets in no more than there is room for. */
export class Downloads {
  private underWay = 0;

  /**
   * Lets a download begin; it is over when its body is.
   *
   * @throws RequestError where there are too many
   */
  async one(begin: () => Promise<Response>): Promise<Response> {
    if (this.underWay >= MOST) {
      throw new RequestError(429, `Expected at most ${MOST} downloads at once; try again when one of them has ended.`);
    }
    this.underWay++;
    try {
      const response = await begin();
      return new Response(this.counted(response.body), { status: response.status, headers: response.headers });
    } catch (error) {
      this.underWay--;
      throw error;
    }
  }

  private counted(body: ReadableStream<Uint8Array> | null): ReadableStream<Uint8Array> {
    const pieces = (body ?? new Blob([]).stream()).getReader() as ReadableStreamDefaultReader<Uint8Array>;
    let over = false;
    let idle: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(idle);
      if (!over) this.underWay--;
      over = true;
    };
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          clearTimeout(idle);
          try {
            const { done, value } = await pieces.read();
            if (over) return;
            if (!done) controller.enqueue(value);
            else controller.close();
            if (done) return end();
          } catch (error) {
            end();
            throw error;
          }
          idle = setTimeout(() => {
            end();
            controller.error(new RequestError(408, `Nothing of the download was taken for ${IDLE_SECONDS} s.`));
            void pieces.cancel();
          }, IDLE_SECONDS * 1000);
          idle.unref();
        },
        cancel: async () => {
          end();
          await pieces.cancel();
        },
      },
      { highWaterMark: 0 },
    );
  }
}
