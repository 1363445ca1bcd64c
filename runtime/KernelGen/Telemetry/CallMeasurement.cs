using System.Diagnostics;
using KernelGen.Execution;

namespace KernelGen.Telemetry;

/// <summary>
/// Measures one call of a model. It belongs to the memory of calls and is used again, so that nothing is allocated for a call but its activity, where somebody listens to those.
/// Where nobody listens when a call begins, nothing is read from a clock.
/// </summary>
internal sealed class CallMeasurement
{
    private bool _isOn;
    private bool _isPaused;
    private bool _isStream;
    private string _model = "";
    private int _sources;
    private Activity? _activity;

    /// <summary>When the call began, or went on after a pause.</summary>
    private long _begun;

    /// <summary>The time before the last pause.</summary>
    private long _before;

    /// <summary>What the encoder took; nothing where the source was encoded before, as speech is.</summary>
    private long? _encode;
    private long? _firstToken;

    /// <summary>Runs the encoder over a source that is audio, for calls that generate later on.</summary>
    /// <inheritdoc cref="Engine.EncodeFrames"/>
    public static void Encode(Engine engine, Workspace workspace, ReadOnlySpan<float> frames)
    {
        if (!ModelInstruments.AreOn)
        {
            engine.EncodeFrames(workspace, frames);
            return;
        }

        var model = new KeyValuePair<string, object?>(ModelInstruments.ModelTag, engine.Description.Name);
        long begun = Stopwatch.GetTimestamp();
        using Activity? activity = ModelInstruments.Activities.StartActivity("kernelgen.encode");
        activity?.SetTag(model.Key, model.Value);
        try
        {
            engine.EncodeFrames(workspace, frames);
        }
        catch (Exception exception) when (Fail(activity, exception))
        {
            throw;
        }

        ModelInstruments.Encode.Record(Seconds(Stopwatch.GetTimestamp() - begun), model);
    }

    /// <summary>A call begins.</summary>
    /// <param name="model">The name of the declared model.</param>
    /// <param name="sources">How many sources it generates for.</param>
    public void Begin(string model, int sources)
    {
        _isOn = ModelInstruments.AreOn;
        if (!_isOn)
        {
            return;
        }

        _model = model;
        _sources = sources;
        _isPaused = false;
        _isStream = false;
        _before = 0;
        _encode = null;
        _firstToken = null;
        _activity = ModelInstruments.Activities.StartActivity("kernelgen.generate");
        _activity?.SetTag(ModelInstruments.ModelTag, _model).SetTag("kernelgen.sources", sources);
        _begun = Stopwatch.GetTimestamp();
    }

    /// <summary>The same for a call that hands out tokens: the activity is not that of the caller's code between them.</summary>
    public void BeginStream(string model)
    {
        Activity? callers = Activity.Current;
        Begin(model, sources: 1);
        _isStream = true;
        if (_activity is not null)
        {
            Activity.Current = callers;
        }
    }

    /// <summary>The call waits for its caller to ask for more.</summary>
    public void Pause()
    {
        if (_isOn)
        {
            _before = Elapsed();
            _isPaused = true;
        }
    }

    /// <summary>It goes on.</summary>
    public void Resume()
    {
        if (_isOn)
        {
            _begun = Stopwatch.GetTimestamp();
            _isPaused = false;
        }
    }

    /// <summary>The encoder begins.</summary>
    /// <returns>What <see cref="EndEncoding"/> is given.</returns>
    public long BeginEncoding() => _isOn ? Stopwatch.GetTimestamp() : 0;

    /// <summary>The encoder has ended.</summary>
    public void EndEncoding(long begun)
    {
        if (_isOn)
        {
            _encode = (_encode ?? 0) + Stopwatch.GetTimestamp() - begun;
        }
    }

    /// <summary>Tokens were chosen.</summary>
    public void Stepped()
    {
        if (_isOn && _firstToken is null)
        {
            _firstToken = Elapsed();
            _activity?.AddEvent(new ActivityEvent("kernelgen.first_token"));
        }
    }

    /// <summary>The call is done.</summary>
    public void Complete(GenerationResult result)
    {
        if (_isOn)
        {
            Complete(TokensOf(result));
        }
    }

    /// <inheritdoc cref="Complete(GenerationResult)"/>
    public void Complete(GenerationResult[] results)
    {
        if (_isOn)
        {
            long tokens = 0;
            foreach (GenerationResult result in results)
            {
                tokens += TokensOf(result);
            }

            Complete(tokens);
        }
    }

    /// <summary>The call is done, or has handed out as many tokens as its caller wants. Nothing, where it has failed.</summary>
    public void Complete(long tokens)
    {
        if (!_isOn)
        {
            return;
        }

        _isOn = false;
        long elapsed = Elapsed();
        var model = new KeyValuePair<string, object?>(ModelInstruments.ModelTag, _model);
        ModelInstruments.Duration.Record(Seconds(elapsed), model);
        if (_encode is { } encode)
        {
            ModelInstruments.Encode.Record(Seconds(encode), model);
            _activity?.SetTag("kernelgen.encode.duration", Seconds(encode));
        }

        ModelInstruments.Decode.Record(Seconds(elapsed - (_encode ?? 0)), model);
        if (_firstToken is { } firstToken)
        {
            ModelInstruments.FirstToken.Record(Seconds(firstToken), model);
        }

        ModelInstruments.Sources.Add(_sources, model);
        ModelInstruments.Tokens.Add(tokens, model);
        _activity?.SetTag("kernelgen.tokens", tokens);
        End();
    }

    /// <summary>The call has failed, or was cancelled. Nothing, where it has ended already.</summary>
    /// <returns>Always <see langword="false"/>, so that it can stand in the filter of an exception that goes on.</returns>
    public bool Fail(Exception exception)
    {
        if (_isOn)
        {
            _isOn = false;
            string error = exception.GetType().FullName!;
            ModelInstruments.Duration.Record(Seconds(Elapsed()), new(ModelInstruments.ModelTag, _model), new(ModelInstruments.ErrorTag, error));
            Fail(_activity, exception);
            End();
        }

        return false;
    }

    private static bool Fail(Activity? activity, Exception exception)
    {
        activity?.SetTag(ModelInstruments.ErrorTag, exception.GetType().FullName).SetStatus(ActivityStatusCode.Error);
        return false;
    }

    private void End()
    {
        if (_activity is null)
        {
            return;
        }

        Activity? callers = Activity.Current;
        _activity.Dispose();
        _activity = null;
        if (_isStream)
        {
            Activity.Current = callers;
        }
    }

    private long Elapsed() => _isPaused ? _before : _before + Stopwatch.GetTimestamp() - _begun;

    private static double Seconds(long ticks) => ticks / (double)Stopwatch.Frequency;

    private static long TokensOf(GenerationResult result)
    {
        long tokens = 0;
        foreach (Hypothesis hypothesis in result.Hypotheses)
        {
            tokens += hypothesis.Tokens.Length;
        }

        return tokens;
    }
}
