using System.Globalization;
using KernelGen.Audio;

namespace KernelGen.Samples.TranscribeWeb.OpenAI;

/// <summary><c>POST /v1/audio/transcriptions</c> and <c>/v1/audio/translations</c>, as clients of OpenAI call them: a file comes in a form, its text goes back.</summary>
internal static class TranscriptionEndpoint
{
    /// <summary>The name of what bounds how many files are transcribed at once.</summary>
    public const string Policy = "transcription";

    private const int ReadAtATime = 1 << 16;

    private static readonly string[] Formats = ["json", "text", "srt", "verbose_json", "vtt"];

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/audio/transcriptions", static (HttpContext context, SpeechToText speech, ServiceSettings settings) => AnswerAsync(context, speech, settings, TranscriptionTask.Transcribe))
            .RequireRateLimiting(Policy);
        app.MapPost("/v1/audio/translations", static (HttpContext context, SpeechToText speech, ServiceSettings settings) => AnswerAsync(context, speech, settings, TranscriptionTask.Translate))
            .RequireRateLimiting(Policy);
    }

    /// <summary>An answer that says what is wrong, where clients look for it.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="parameter">The field at fault, where it is one.</param>
    public static IResult Refuse(int status, string message, string? parameter = null) => TypedResults.Json(
        new ErrorAnswer(new ErrorMessage(message, status == StatusCodes.Status429TooManyRequests ? "rate_limit_error" : "invalid_request_error", parameter, null)),
        OpenAIJson.Default.ErrorAnswer,
        statusCode: status);

    private static async Task<IResult> AnswerAsync(HttpContext context, SpeechToText speech, ServiceSettings settings, TranscriptionTask task)
    {
        if (!context.Request.HasFormContentType)
        {
            return Refuse(StatusCodes.Status415UnsupportedMediaType, "The body is no form. Send multipart/form-data with a file.");
        }

        IFormCollection form;
        try
        {
            form = await context.Request.ReadFormAsync(context.RequestAborted);
        }
        catch (BadHttpRequestException bad)
        {
            return Refuse(bad.StatusCode, bad.Message);
        }
        catch (Exception bad) when (bad is InvalidDataException or IOException)
        {
            return Refuse(StatusCodes.Status400BadRequest, "The form cannot be read.");
        }

        string format = form["response_format"] is [{ Length: > 0 } asked, ..] ? asked : "json";
        if (!Formats.Contains(format))
        {
            return Refuse(StatusCodes.Status400BadRequest, $"response_format is none of {string.Join(", ", Formats)}.", "response_format");
        }

        if (form.Files["file"] is not { } file)
        {
            return Refuse(StatusCodes.Status400BadRequest, "There is no file. Send a WAV or FLAC file as \"file\".", "file");
        }

        double temperature = 0;
        if (form["temperature"] is [{ Length: > 0 } given, ..]
            && !(double.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out temperature) && temperature is >= 0 and <= 1))
        {
            return Refuse(StatusCodes.Status400BadRequest, "temperature goes from 0 to 1.", "temperature");
        }

        bool withWords = form["timestamp_granularities[]"].Contains("word") || form["timestamp_granularities"].Contains("word");
        var options = new TranscriptionOptions
        {
            Language = form["language"] is [{ Length: > 0 } language, ..] ? language : null,
            InitialPrompt = form["prompt"] is [{ Length: > 0 } prompt, ..] ? prompt : null,
            Task = task,
            Threads = settings.Threads,
            WordTimestamps = withWords,
        };
        if (temperature > 0)
        {
            options = options with { Temperatures = [temperature] };
        }

        CancellationToken aborted = context.RequestAborted;
        try
        {
            float[]? samples = Read(file, TimeSpan.FromMinutes(settings.FileMinutes), aborted);
            if (samples is null)
            {
                return Refuse(StatusCodes.Status413PayloadTooLarge, $"The sound is longer than {settings.FileMinutes} minutes.", "file");
            }

            // A file keeps its thread as long as it takes.
            Transcript transcript = await Task.Factory.StartNew(
                () => speech.Transcribe(samples, options, aborted), aborted, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return Answer(transcript, format, task, withWords);
        }
        catch (Exception wrong) when (wrong is InvalidDataException or NotSupportedException)
        {
            return Refuse(StatusCodes.Status400BadRequest, wrong.Message, "file");
        }
        catch (Exception wrong) when (wrong is ArgumentException or InvalidOperationException)
        {
            return Refuse(StatusCodes.Status400BadRequest, wrong.Message.Split(" (Parameter '")[0]);
        }
    }

    /// <summary>Reads the samples of a file, unless there are too many: a small file may hold much silence.</summary>
    private static float[]? Read(IFormFile file, TimeSpan longest, CancellationToken cancellationToken)
    {
        using AudioReader reader = AudioFile.OpenMono(file.OpenReadStream());
        long most = (long)(longest.TotalSeconds * reader.SampleRate);
        var samples = new List<float[]>();
        long total = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            float[] some = new float[ReadAtATime];
            int count = reader.Read(some);
            if (count == 0)
            {
                break;
            }

            samples.Add(count == some.Length ? some : some[..count]);
            total += count;
            if (total > most)
            {
                return null;
            }
        }

        float[] all = new float[total];
        int place = 0;
        foreach (float[] some in samples)
        {
            some.CopyTo(all, place);
            place += some.Length;
        }

        return all;
    }

    private static IResult Answer(Transcript transcript, string format, TranscriptionTask task, bool withWords) => format switch
    {
        "json" => TypedResults.Json(new TextAnswer(transcript.Text.Trim()), OpenAIJson.Default.TextAnswer),
        "text" => TypedResults.Text(transcript.Text.Trim() + "\n"),
        "srt" => TypedResults.Text(transcript.ToSrt(), "application/x-subrip"),
        "vtt" => TypedResults.Text(transcript.ToVtt(), "text/vtt"),
        "verbose_json" => TypedResults.Json(VerboseAnswer.Of(transcript, task, withWords), OpenAIJson.Default.VerboseAnswer),
        _ => throw new InvalidOperationException($"{format} is no format."),
    };
}
