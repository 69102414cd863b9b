//! The columns of the log, in their order, and how each is filtered.

/// A column of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// *Status*.
    Status,
    /// *Message Type*.
    MessageType,
    /// *District/School*.
    Organization,
    /// *Message Subject*.
    Subject,
    /// *Sender*.
    Sender,
    /// *Date Created*.
    Created,
    /// *Date Scheduled*.
    Scheduled,
    /// *ScheduleID*.
    ScheduleId,
}

/// A column filtered by choosing among its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Facet {
    /// *Status*.
    Status,
    /// *Message Type*.
    MessageType,
    /// *District/School*.
    Organization,
    /// *Sender*.
    Sender,
}

/// A column filtered by typing a part of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Typed {
    /// *Message Subject*.
    Subject,
    /// *Date Created*.
    Created,
    /// *Date Scheduled*.
    Scheduled,
    /// *ScheduleID*.
    ScheduleId,
}

/// How a column is filtered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// By choosing among its values.
    Choose(Facet),
    /// By typing a part of its text.
    Type(Typed),
}

impl Column {
    /// Every column, in the order shown.
    pub const ALL: [Column; 8] = [
        Column::Status,
        Column::MessageType,
        Column::Organization,
        Column::Subject,
        Column::Sender,
        Column::Created,
        Column::Scheduled,
        Column::ScheduleId,
    ];

    /// The words in its header.
    pub const fn label(self) -> &'static str {
        match self {
            Column::Status => "Status",
            Column::MessageType => "Message Type",
            Column::Organization => "District/School",
            Column::Subject => "Message Subject",
            Column::Sender => "Sender",
            Column::Created => "Date Created",
            Column::Scheduled => "Date Scheduled",
            Column::ScheduleId => "ScheduleID",
        }
    }

    /// Its name in the address bar, and the class of its cells.
    pub const fn key(self) -> &'static str {
        match self {
            Column::Status => "status",
            Column::MessageType => "type",
            Column::Organization => "school",
            Column::Subject => "subject",
            Column::Sender => "sender",
            Column::Created => "created",
            Column::Scheduled => "scheduled",
            Column::ScheduleId => "schedule",
        }
    }

    /// The column of that name.
    pub fn of_key(key: &str) -> Option<Column> {
        Column::ALL.into_iter().find(|column| column.key() == key)
    }

    /// How it is filtered.
    pub const fn control(self) -> Control {
        match self {
            Column::Status => Control::Choose(Facet::Status),
            Column::MessageType => Control::Choose(Facet::MessageType),
            Column::Organization => Control::Choose(Facet::Organization),
            Column::Subject => Control::Type(Typed::Subject),
            Column::Sender => Control::Choose(Facet::Sender),
            Column::Created => Control::Type(Typed::Created),
            Column::Scheduled => Control::Type(Typed::Scheduled),
            Column::ScheduleId => Control::Type(Typed::ScheduleId),
        }
    }
}

impl Facet {
    /// Every such column; a facet's place here is its number.
    pub const ALL: [Facet; 4] = [
        Facet::Status,
        Facet::MessageType,
        Facet::Organization,
        Facet::Sender,
    ];

    /// The column it is.
    pub const fn column(self) -> Column {
        match self {
            Facet::Status => Column::Status,
            Facet::MessageType => Column::MessageType,
            Facet::Organization => Column::Organization,
            Facet::Sender => Column::Sender,
        }
    }
}

impl Typed {
    /// Every such column; a typed column's place here is its number.
    pub const ALL: [Typed; 4] = [
        Typed::Subject,
        Typed::Created,
        Typed::Scheduled,
        Typed::ScheduleId,
    ];

    /// The column it is.
    pub const fn column(self) -> Column {
        match self {
            Typed::Subject => Column::Subject,
            Typed::Created => Column::Created,
            Typed::Scheduled => Column::Scheduled,
            Typed::ScheduleId => Column::ScheduleId,
        }
    }

    /// What its empty field suggests.
    pub const fn hint(self) -> &'static str {
        match self {
            Typed::Subject => "Contains…",
            Typed::Created | Typed::Scheduled => "MM/DD/YYYY h:MM AM",
            Typed::ScheduleId => "Contains…",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_stand_in_the_manuals_order() {
        let labels = Column::ALL.map(Column::label);
        assert_eq!(
            labels,
            [
                "Status",
                "Message Type",
                "District/School",
                "Message Subject",
                "Sender",
                "Date Created",
                "Date Scheduled",
                "ScheduleID"
            ]
        );
    }

    #[test]
    fn every_column_is_found_by_its_key_and_has_one_filter() {
        for column in Column::ALL {
            assert_eq!(Column::of_key(column.key()), Some(column));
            let owner = match column.control() {
                Control::Choose(facet) => facet.column(),
                Control::Type(typed) => typed.column(),
            };
            assert_eq!(owner, column);
        }
    }
}
