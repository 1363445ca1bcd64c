using System.Runtime.ExceptionServices;

namespace KernelGen.Audio;

/// <summary>Runs transcriptions, and has parts of them decoded together that do not depend on each other. Which ones are together does not show in the results.</summary>
internal static class TranscriptionBatch
{
    /// <summary>Runs transcriptions, one after the other or some at once.</summary>
    /// <param name="runs">Begins each. They are begun as they are needed, and disposed.</param>
    /// <param name="size">How many parts are decoded together at most.</param>
    /// <returns>
    /// The segments of the first run, each once it is final, and its end; then those of the next one. What goes wrong in a run comes when its turn does, and ends it; the others go on.
    /// </returns>
    public static IEnumerable<TranscriptionEvent> Run(IEnumerable<Func<TranscriptionRun>> runs, int size)
    {
        using IEnumerator<Part> parts = Parts(runs).GetEnumerator();
        var active = new Queue<Part>();
        bool hasMore = true;
        int number = 0;
        try
        {
            while (hasMore || active.Count > 0)
            {
                while (hasMore && active.Count(static part => !part.IsDone) < size && (hasMore = parts.MoveNext()))
                {
                    active.Enqueue(parts.Current);
                    parts.Current.Advance();
                }

                // The first goes on a step at a time, so that its segments are handed out before the next window is encoded.
                while (active.TryPeek(out Part? first))
                {
                    foreach (TranscriptSegment segment in first.TakeSegments())
                    {
                        yield return new TranscriptionEvent(first.Owner.Run, segment with { Number = number++, Language = first.Owner.Run!.Language }, Error: null);
                    }

                    if (first.Pending is not null)
                    {
                        break;
                    }

                    if (!first.IsDone)
                    {
                        first.Step();
                        continue;
                    }

                    active.Dequeue().Dispose();
                    if (first.Error is { } error && !first.Owner.HasFailed)
                    {
                        Fail(first.Owner, active);
                        yield return new TranscriptionEvent(first.Owner.Run, Segment: null, error);
                    }

                    if (first.IsEnd)
                    {
                        if (!first.Owner.HasFailed)
                        {
                            yield return new TranscriptionEvent(first.Owner.Run, Segment: null, Error: null);
                        }

                        first.Owner.Run?.Dispose();
                        number = 0;
                    }
                }

                Decode([.. active.Where(static part => part.Pending is not null)]);
                foreach (Part part in active.Skip(1))
                {
                    part.Advance();
                }
            }
        }
        finally
        {
            foreach (Part part in active)
            {
                part.Dispose();
                part.Owner.Run?.Dispose();
            }
        }
    }

    /// <summary>Runs one transcription.</summary>
    /// <param name="run">Begins it.</param>
    /// <param name="size">How many parts are decoded together at most.</param>
    /// <returns>The segments, each once it is final, and the end. What goes wrong is thrown.</returns>
    public static IEnumerable<TranscriptionEvent> RunOne(Func<TranscriptionRun> run, int size)
    {
        foreach (TranscriptionEvent next in Run([run], size))
        {
            next.Error?.Throw();
            yield return next;
        }
    }

    /// <summary>Runs one transcription to its end.</summary>
    /// <param name="run">Begins it.</param>
    /// <param name="size">How many parts are decoded together at most.</param>
    /// <returns>What is said. What goes wrong is thrown.</returns>
    public static Transcript Transcribe(Func<TranscriptionRun> run, int size)
    {
        var segments = new List<TranscriptSegment>();
        Transcript? transcript = null;
        foreach (TranscriptionEvent next in RunOne(run, size))
        {
            if (next.Segment is { } segment)
            {
                segments.Add(segment);
            }
            else
            {
                transcript = next.Run!.Finish(segments);
            }
        }

        return transcript!;
    }

    /// <summary>Ends a run in which something went wrong: what is left of it is not worked on.</summary>
    private static void Fail(RunOfParts owner, Queue<Part> active)
    {
        owner.HasFailed = true;
        foreach (Part part in active)
        {
            if (part.Owner == owner)
            {
                part.Abandon();
            }
        }
    }

    private static void Decode(Part[] waiting)
    {
        if (waiting.Length == 0)
        {
            return;
        }

        WindowText[] texts = waiting[0].Owner.Run!.Decoder.Decode(Array.ConvertAll(waiting, static part => part.Pending!.Request), waiting[0].Owner.Run!.Call);
        for (int i = 0; i < waiting.Length; i++)
        {
            waiting[i].Take(texts[i]);
        }
    }

    private static IEnumerable<Part> Parts(IEnumerable<Func<TranscriptionRun>> runs)
    {
        foreach (Func<TranscriptionRun> begin in runs)
        {
            var owner = new RunOfParts();
            ExceptionDispatchInfo? error = null;
            IEnumerator<IEnumerable<TranscriptionStep>>? parts = null;
            try
            {
                owner.Run = begin();
                parts = owner.Run.Parts.GetEnumerator();
            }
            catch (Exception exception)
            {
                error = ExceptionDispatchInfo.Capture(exception);
            }

            using (parts)
            {
                while (error is null && !owner.HasFailed && Next(parts!, ref error) is { } part)
                {
                    yield return new Part(owner, part, error: null, isEnd: false);
                }
            }

            yield return new Part(owner, [], error, isEnd: true);
        }
    }

    private static IEnumerable<TranscriptionStep>? Next(IEnumerator<IEnumerable<TranscriptionStep>> parts, ref ExceptionDispatchInfo? error)
    {
        try
        {
            return parts.MoveNext() ? parts.Current : null;
        }
        catch (Exception exception)
        {
            error = ExceptionDispatchInfo.Capture(exception);
            return null;
        }
    }

    /// <summary>A run whose parts are gone through.</summary>
    private sealed class RunOfParts
    {
        /// <summary>The run; <see langword="null"/> where it did not begin.</summary>
        public TranscriptionRun? Run { get; set; }

        /// <summary>Whether something went wrong, and was said.</summary>
        public bool HasFailed { get; set; }
    }

    /// <summary>A sequence of steps that is gone through; the last of a run has none, and stands for its end.</summary>
    private sealed class Part(RunOfParts owner, IEnumerable<TranscriptionStep> steps, ExceptionDispatchInfo? error, bool isEnd) : IDisposable
    {
        private readonly IEnumerator<TranscriptionStep> _steps = steps.GetEnumerator();
        private List<TranscriptSegment> _segments = [];

        /// <summary>The run that it is a part of.</summary>
        public RunOfParts Owner => owner;

        /// <summary>Whether the run ends here.</summary>
        public bool IsEnd { get; } = isEnd;

        /// <summary>What went wrong.</summary>
        public ExceptionDispatchInfo? Error { get; private set; } = error;

        /// <summary>What has to be decoded before it goes on; <see langword="null"/> at its end.</summary>
        public PendingText? Pending { get; private set; }

        /// <summary>Whether nothing more comes.</summary>
        public bool IsDone { get; private set; } = isEnd;

        /// <summary>Receives what was decoded.</summary>
        public void Take(WindowText text)
        {
            Pending!.Text = text;
            Pending = null;
        }

        /// <summary>Goes on until something has to be decoded, or to the end.</summary>
        public void Advance()
        {
            while (Pending is null && !IsDone)
            {
                Step();
            }
        }

        /// <summary>Takes one step.</summary>
        public void Step()
        {
            try
            {
                IsDone = !_steps.MoveNext();
            }
            catch (Exception exception)
            {
                Error = ExceptionDispatchInfo.Capture(exception);
                IsDone = true;
            }

            if (!IsDone)
            {
                Pending = _steps.Current.Pending;
                if (_steps.Current.Segment is { } segment)
                {
                    _segments.Add(segment);
                }
            }
        }

        /// <summary>Does nothing more.</summary>
        public void Abandon()
        {
            _steps.Dispose();
            _segments.Clear();
            Pending = null;
            IsDone = true;
        }

        /// <summary>The segments since it was asked last.</summary>
        public List<TranscriptSegment> TakeSegments()
        {
            List<TranscriptSegment> taken = _segments;
            _segments = [];
            return taken;
        }

        public void Dispose() => _steps.Dispose();
    }
}
