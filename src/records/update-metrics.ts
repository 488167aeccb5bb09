/** What one policy update did. All shares are from 0 to 1, all lengths in tokens, all times in seconds. */
export interface UpdateMetrics {
  readonly loss: number;
  /** Global gradient norm before clipping. */
  readonly gradNorm: number;
  /** Share of completion tokens whose ratio was clipped. */
  readonly clipFraction: number;
  /** Mean k3 estimate against the reference policy; 0 where no reference is kept. */
  readonly kl: number;
  /** Mean entropy of the policy over completion tokens, in nats. */
  readonly entropy: number;
  /**
   * Mean |log-probability of the trainer - log-probability of the sampler| on the first minibatch, before any update.
   */
  readonly samplerGap: number;
  readonly samplerGapMax: number;
  readonly learningRate: number;
  /** Optimizer steps made. */
  readonly updates: number;
  /** Completion tokens trained on. */
  readonly trainedTokens: number;
}
