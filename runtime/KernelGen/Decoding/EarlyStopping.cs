namespace KernelGen;

/// <summary>When beam search as <see cref="SearchDefinition.HuggingFace"/> defines it is over, once a full beam of hypotheses is finished (<c>early_stopping</c>).</summary>
public enum EarlyStopping
{
    /// <summary>
    /// <c>false</c>: when the best live hypothesis, scored at its present length, is not better than the worst finished one. A longer one might still have become better where
    /// <see cref="GenerationOptions.LengthPenalty"/> is above 0.
    /// </summary>
    Heuristic,

    /// <summary><c>true</c>: at once.</summary>
    WhenFull,

    /// <summary><c>"never"</c>: when no live hypothesis can become better, at whatever length it ends.</summary>
    Never,
}
