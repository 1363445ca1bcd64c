using System.Collections;
using KernelGen.Execution;

namespace KernelGen.Checkpoints;

/// <summary>
/// One reason for which several tensors do not fit a declaration: a property with a wrong number, or a file of another kind.
/// </summary>
/// <param name="Message">The reason, as a sentence without its full stop: <c>ModelDimension = 512, but 90 tensors say 256</c>.</param>
/// <param name="Tensors">The number of tensors that do not fit for this reason; 0 where that was not counted.</param>
/// <param name="Property">The property of the declaration at fault, where one is.</param>
/// <param name="Declared">What it is.</param>
/// <param name="Found">What the tensors say.</param>
internal sealed record CheckpointCause(string Message, int Tensors, string? Property = null, long Declared = 0, long Found = 0);

/// <summary>
/// All that keeps the tensors of a checkpoint from being those of a declared model, in the order in which they are looked for; empty when they fit. What loads a
/// model and what only checks one go by the same.
/// </summary>
internal sealed class CheckpointProblems : IReadOnlyList<CheckpointException>
{
    /// <summary>More causes than that are none: nothing fits.</summary>
    private const int MostCauses = 5;

    private readonly List<CheckpointException> _problems = [];
    private readonly HashSet<string> _messages = [];
    private readonly Dictionary<(string Property, long Declared, long Found), HashSet<string>> _sizes = [];
    private readonly List<CheckpointCause> _kinds = [];

    /// <inheritdoc/>
    public int Count => _problems.Count;

    /// <inheritdoc/>
    public CheckpointException this[int index] => _problems[index];

    /// <summary>What explains several problems, first what concerns the whole file, then what explains most; empty where each problem stands for itself.</summary>
    public IReadOnlyList<CheckpointCause> Causes => _problems.Count < 2
        ? []
        : [.. _kinds.Concat(_sizes.Where(static size => size.Value.Count > 1).OrderByDescending(static size => size.Value.Count).Select(static size => Cause(size.Key, size.Value.Count))).Take(MostCauses)];

    /// <summary>What is worth knowing though it is no problem.</summary>
    public IReadOnlyList<string> Notices { get; private set; } = [];

    /// <summary>What loading throws: the first problem, and what explains it and others.</summary>
    /// <exception cref="InvalidOperationException">There is no problem.</exception>
    public CheckpointException ToException()
    {
        CheckpointException first = _problems.Count > 0 ? _problems[0] : throw new InvalidOperationException("The tensors fit.");
        IReadOnlyList<CheckpointCause> causes = Causes;
        return causes.Count == 0
            ? first
            : new CheckpointException($"{first.Message} In all there are {_problems.Count} such problems: {string.Join("; ", causes.Select(static cause => cause.Message))}.", first.TensorName, first);
    }

    /// <inheritdoc/>
    public IEnumerator<CheckpointException> GetEnumerator() => _problems.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Adds a problem, once: a table that serves as several is looked at several times.</summary>
    public void Add(CheckpointException problem)
    {
        if (_messages.Add(problem.Message))
        {
            _problems.Add(problem);
        }
    }

    /// <summary>Notes that a tensor does not fit because a property has another number.</summary>
    public void Note(string tensor, string property, long declared, long found)
    {
        if (!_sizes.TryGetValue((property, declared, found), out HashSet<string>? tensors))
        {
            _sizes.Add((property, declared, found), tensors = []);
        }

        tensors.Add(tensor);
    }

    /// <summary>Notes what concerns all of the file.</summary>
    public void Note(CheckpointCause cause) => _kinds.Add(cause);

    /// <summary>Takes down what is worth knowing of tensors that were found.</summary>
    public void NoticeOf(CheckpointTensors tensors, ModelDescription model)
    {
        if (!tensors.OutputWeight.IsMissing && !tensors.TargetEmbedding.IsMissing)
        {
            Notices = ModelNotices.Of(model, sharesOutput: tensors.OutputWeight.Name == tensors.TargetEmbedding.Name);
        }
    }

    private static CheckpointCause Cause((string Property, long Declared, long Found) size, int tensors) =>
        new($"{size.Property} = {size.Declared}, but {tensors} tensors say {size.Found}", tensors, size.Property, size.Declared, size.Found);
}
